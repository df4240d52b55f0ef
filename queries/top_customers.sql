-- Dashboard: the ten customers who spent most in a quarter.
select u.id, u.display_name, spent.orders, spent.total_cents
from (
  select user_id, count(*) as orders, sum(total_cents) as total_cents
  from orders
  where tenant_id = :tenant
    and created_at >= :quarter::timestamptz
    and created_at < :quarter::timestamptz + interval '3 months'
  group by user_id
  order by sum(total_cents) desc, user_id
  limit 10
) as spent
join users u on u.id = spent.user_id
order by spent.total_cents desc, u.id
