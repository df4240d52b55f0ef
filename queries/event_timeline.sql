-- Activity feed: the latest events of a tenant in some days; reads only the partitions of those days.
select occurred_at, user_id, kind, payload ->> 'path' as path
from events
where tenant_id = $1
  and occurred_at >= $2::timestamptz
  and occurred_at < $3::timestamptz
order by occurred_at desc
limit 20
