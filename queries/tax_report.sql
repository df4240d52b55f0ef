-- Finance: what was sold into a country in its own currency in a quarter, by state of the order.
select status, count(*) as orders, sum(total_cents) as total_cents
from orders
where country = :country
  and currency = :currency
  and created_at >= :quarter::timestamptz
  and created_at < :quarter::timestamptz + interval '3 months'
group by status
order by status
