-- Analytics: from page view to checkout in one month, with the share of each step.
select kind, events, visitors, round(100.0 * events / sum(events) over (), 1) as percent
from (
  select kind, count(*) as events, count(distinct user_id) as visitors
  from events
  where tenant_id = :tenant
    and occurred_at >= :month::timestamptz
    and occurred_at < :month::timestamptz + interval '1 month'
  group by kind
) as step
order by events desc
