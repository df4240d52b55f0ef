-- Order page: one order with its customer, and its items as JSON.
select
  o.id,
  o.status,
  o.total_cents,
  u.display_name,
  (
    select json_agg(json_build_object('sku', p.sku, 'name', p.name, 'quantity', i.quantity) order by i.line_no)
    from order_items i
    join products p on p.id = i.product_id
    where i.order_id = o.id
  ) as items
from orders o
join users u on u.id = o.user_id
where o.id = $1
