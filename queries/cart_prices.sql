-- Cart: current price and stock of the products in it.
select id, name, price_cents, stock
from products
where id = any(:products::integer[])
order by id
