-- Reporting: the key figures of a tenant for one quarter, a row each.
with sales as (
  select count(*) as orders, sum(total_cents) as total_cents
  from orders
  where tenant_id = :tenant
    and created_at >= :quarter::timestamptz
    and created_at < :quarter::timestamptz + interval '3 months'
    and status <> 'cancelled'
),
refunds as (
  select count(*) as entries, -sum(amount_cents) as total_cents
  from ledger_entries
  where tenant_id = :tenant
    and account = 'sales'
    and booked_at >= :quarter::timestamptz
    and booked_at < :quarter::timestamptz + interval '3 months'
    and reverses_id is not null
),
sign_ups as (
  select count(*) as users
  from users
  where tenant_id = :tenant
    and created_at >= :quarter::timestamptz
    and created_at < :quarter::timestamptz + interval '3 months'
),
visits as (
  select count(*) as events
  from events
  where tenant_id = :tenant
    and occurred_at >= :quarter::timestamptz
    and occurred_at < :quarter::timestamptz + interval '3 months'
)
select 'orders' as figure, orders::numeric as value from sales
union all
select 'revenue', total_cents from sales
union all
select 'average order', round(total_cents / nullif(orders, 0)) from sales
union all
select 'refunds', entries from refunds
union all
select 'refunded', total_cents from refunds
union all
select 'new users', users from sign_ups
union all
select 'events', events from visits
