-- Product page: units sold and revenue so far, from the covering index alone.
select count(*) as orders, sum(quantity) as units, sum(quantity * unit_price_cents) as revenue_cents
from order_items
where product_id = $1
