-- Marketing: customers who ordered before a date and not since.
select u.id, u.email
from users u
where u.tenant_id = :tenant
  and exists (
    select from orders o
    where o.user_id = u.id
      and o.created_at < :since::timestamptz
  )
  and not exists (
    select from orders o
    where o.user_id = u.id
      and o.created_at >= :since::timestamptz
  )
order by u.id
