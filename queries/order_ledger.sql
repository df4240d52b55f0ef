-- Finance: the entries of an order, each with the entry that reverses it, if any.
select e.id, e.account, e.amount_cents, e.booked_at, r.id as reversed_by, r.booked_at as reversed_at
from ledger_entries e
left join ledger_entries r on r.reverses_id = e.id
where e.order_id = $1
order by e.id
