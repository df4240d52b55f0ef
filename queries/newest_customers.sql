-- Dashboard: the latest twenty sign-ups, each with the last three orders.
select u.id, u.display_name, u.created_at, recent.id as order_id, recent.status, recent.total_cents
from (
  select id, display_name, created_at
  from users
  where tenant_id = $1
    and created_at < $2::timestamptz
  order by created_at desc
  limit 20
) as u
left join lateral (
  select o.id, o.status, o.total_cents, o.created_at
  from orders o
  where o.user_id = u.id
  order by o.created_at desc
  limit 3
) as recent on true
order by u.created_at desc, recent.created_at desc
