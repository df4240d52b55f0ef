-- The application connects as app_user, which plangate makes (`roles` in the manifest). Of the tables
-- below it sees the rows of one tenant, the one named in app.tenant_id; superusers see all.

grant select on tenants, users, categories, products, orders, order_items, ledger_entries, events to app_user;
grant insert on orders, order_items, events to app_user;
grant update on orders to app_user;

alter table users enable row level security;
alter table orders enable row level security;
alter table ledger_entries enable row level security;
alter table events enable row level security;

-- Written bare, the planner knows the setting's value when it estimates; in a subselect it would not.
create policy tenant_only on users to app_user
  using (tenant_id = current_setting('app.tenant_id')::integer);
create policy tenant_only on orders to app_user
  using (tenant_id = current_setting('app.tenant_id')::integer);
create policy tenant_only on ledger_entries to app_user
  using (tenant_id = current_setting('app.tenant_id')::integer);
create policy tenant_only on events to app_user
  using (tenant_id = current_setting('app.tenant_id')::integer);
