-- Every index here serves a query of ../queries: drop one and `plangate check` says which.
-- Foreign keys come in 04; PostgreSQL makes no index for the referencing side, so it is here as well.

create index users_tenant_created_idx on users (tenant_id, created_at);

-- Expression: people type their address in any case.
create unique index users_lower_email_key on users (lower(email));

create index categories_tenant_parent_idx on categories (tenant_id, parent_id);
create index categories_parent_idx on categories (parent_id);

create index products_category_idx on products (category_id);
create index products_search_idx on products using gin (search);
-- jsonb_path_ops knows only containment (@>), and is smaller and faster at it.
create index products_attributes_idx on products using gin (attributes jsonb_path_ops);

-- Keyset pagination needs the tie-breaker in the index. The included columns let the dashboards
-- read the index alone.
create index orders_tenant_created_idx on orders (tenant_id, created_at, id) include (user_id, status, total_cents);
create index orders_user_created_idx on orders (user_id, created_at);
create index orders_country_created_idx on orders (country, created_at);
-- Partial: the work queue is one order in a hundred.
create index orders_pending_idx on orders (created_at) where status = 'pending';

-- Covering: the sales figures of a product without a visit to the table.
create index order_items_product_idx on order_items (product_id) include (quantity, unit_price_cents);

create index ledger_entries_tenant_account_idx on ledger_entries (tenant_id, account, booked_at, id);
-- Both are null in many rows, and nobody looks for those.
create index ledger_entries_order_idx on ledger_entries (order_id) where order_id is not null;
create index ledger_entries_reverses_idx on ledger_entries (reverses_id) where reverses_id is not null;
-- BRIN: a few pages for the whole ledger, because it is stored in the order of booking.
create index ledger_entries_booked_idx on ledger_entries using brin (booked_at) with (pages_per_range = 16);

-- On the partitioned table: each partition gets its own, future ones too.
create index events_tenant_occurred_idx on events (tenant_id, occurred_at);
create index events_user_occurred_idx on events (user_id, occurred_at);

-- Statistics on what columns alone do not tell: the country decides the currency ...
create statistics orders_country_currency_stats (dependencies) on country, currency from orders;
-- ... and a year of timestamps falls into 53 weeks, which the planner cannot see through date_trunc.
create statistics orders_week_stats on (date_trunc('week', created_at at time zone 'UTC')) from orders;
