-- Finance: the entries of an account in a month, with the running balance.
select
  id,
  order_id,
  amount_cents,
  booked_at,
  sum(amount_cents) over (order by booked_at, id) as balance_cents
from ledger_entries
where tenant_id = $1
  and account = $2
  and booked_at >= $3::timestamptz
  and booked_at < $3::timestamptz + interval '1 month'
order by booked_at, id
