-- Dashboard: revenue by week, with the change to the week before and the running total.
select
  date_trunc('week', created_at at time zone 'UTC') as week,
  sum(total_cents) as revenue_cents,
  sum(total_cents) - lag(sum(total_cents)) over by_week as change_cents,
  sum(sum(total_cents)) over by_week as running_cents
from orders
where tenant_id = :tenant
  and created_at >= :since::timestamptz
  and created_at < :since::timestamptz + interval '26 weeks'
  and status <> 'cancelled'
group by date_trunc('week', created_at at time zone 'UTC')
window by_week as (order by date_trunc('week', created_at at time zone 'UTC'))
order by week
