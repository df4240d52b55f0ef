-- Merchandising: the ten products of each category that sold best in a week.
select category, name, sold, place
from (
  select
    c.name as category,
    p.name,
    sum(i.quantity) as sold,
    row_number() over (partition by c.id order by sum(i.quantity) desc, p.id) as place
  from orders o
  join order_items i on i.order_id = o.id
  join products p on p.id = i.product_id
  join categories c on c.id = p.category_id
  where o.tenant_id = :tenant
    and o.created_at >= :since::timestamptz
    and o.created_at < :since::timestamptz + interval '7 days'
  group by c.id, p.id
) as ranked
where place <= 10
order by category, place
