-- Catalogue: the products of one category.
select id, sku, name, price_cents, stock
from products
where category_id = :category
order by name, id
limit 50
