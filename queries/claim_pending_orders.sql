-- Fulfilment: a worker takes the ten oldest pending orders; SKIP LOCKED lets workers run side by side.
with next_orders as (
  select id
  from orders
  where status = 'pending'
  order by created_at
  limit 10
  for update skip locked
)
update orders o
set status = 'paid', updated_at = timestamptz '2026-01-01'
from next_orders
where o.id = next_orders.id
returning o.id, o.tenant_id, o.user_id, o.total_cents
