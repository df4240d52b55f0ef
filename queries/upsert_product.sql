-- Catalogue import: adds a product, or renews price and stock when the tenant has it already.
insert into products (tenant_id, category_id, sku, name, description, price_cents, stock, attributes)
values (:tenant, :category, :sku, :name, :description, :price, :stock, :attributes)
on conflict (tenant_id, sku) do update
set price_cents = excluded.price_cents, stock = excluded.stock
returning id, price_cents, stock
