-- Support: the last ten things that a user did in the year.
select occurred_at, kind, payload
from events
where user_id = :user
  and occurred_at >= timestamptz '2025-01-01'
  and occurred_at < timestamptz '2026-01-01'
order by occurred_at desc
limit 10
