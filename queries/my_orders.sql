-- Customer area: the latest orders, as the application's role sees them under row-level security.
select
  o.id,
  o.status,
  o.total_cents,
  o.created_at,
  (select sum(i.quantity) from order_items i where i.order_id = o.id) as units
from orders o
order by o.created_at desc, o.id desc
limit 20
