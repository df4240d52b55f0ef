-- Marketplace: products with the chosen attributes, cheapest first.
select id, tenant_id, name, price_cents, attributes
from products
where attributes @> $1::jsonb
  and stock > 0
order by price_cents, id
limit 20
