-- Order list: the next page after the last order shown (keyset pagination).
select id, user_id, status, total_cents, currency, created_at
from orders
where tenant_id = $1
  and (created_at, id) < ($2::timestamptz, $3::integer)
order by created_at desc, id desc
limit 25
