-- Foreign keys after the load: one check of the whole table instead of one for each row.

alter table users add foreign key (tenant_id) references tenants;
alter table categories
  add foreign key (tenant_id) references tenants,
  add foreign key (parent_id) references categories;
alter table products
  add foreign key (tenant_id) references tenants,
  add foreign key (category_id) references categories;
alter table orders
  add foreign key (tenant_id) references tenants,
  add foreign key (user_id) references users;
alter table order_items
  add foreign key (order_id) references orders on delete cascade,
  add foreign key (product_id) references products;
alter table ledger_entries
  add foreign key (tenant_id) references tenants,
  add foreign key (order_id) references orders,
  add foreign key (reverses_id) references ledger_entries;
alter table events
  add foreign key (tenant_id) references tenants,
  add foreign key (user_id) references users;
