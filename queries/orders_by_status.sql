-- Dashboard: how many orders of a period are in which state, and what they are worth.
select status, count(*) as orders, sum(total_cents) as total_cents
from orders
where tenant_id = :tenant
  and created_at >= :since::timestamptz
  and created_at < :since::timestamptz + interval '30 days'
group by status
order by status
