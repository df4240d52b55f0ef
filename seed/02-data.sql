-- Some 300,000 rows, the same ones in every run and in the same physical order.
--
-- Three rules keep it so: dates are fixed (no now()), "random" values come from random(), which
-- plangate seeds before each file, and every insert has a defined order.
--
-- Plans depend on distributions, so these imitate production: tenant 1 is the whale with 30 % of
-- everything, a long tail follows; new orders are pending and old ones are delivered.

insert into tenants (name, plan, country, created_at)
select
  'Tenant ' || i,
  case when i = 1 or random() < 0.1 then 'business' when random() < 0.4 then 'team' else 'free' end,
  (array['US', 'DE', 'GB', 'FR', 'CA', 'JP', 'SE'])[1 + floor(7 * random())::integer],
  timestamptz '2023-01-01' + i * interval '3 days'
from generate_series(1, 200) as i;

-- 5,000 users from before 2025, 10,000 more in the course of that year.
insert into users (tenant_id, email, display_name, country, created_at)
select
  -- The square of random() crowds the low numbers: tenant 2 has 5 %, tenant 200 has 0.2 %.
  case when whale < 0.3 then 1 else 2 + floor(199 * tail * tail)::integer end,
  -- Typed by people: upper and lower case as it comes.
  case when i % 3 = 0 then 'User.' else 'user.' end || i || '@example.com',
  (array['Ada', 'Ben', 'Chloe', 'Dan', 'Emma', 'Finn', 'Grace', 'Hugo'])[1 + i % 8] || ' ' || left(md5(i::text), 6),
  case
    when place < 0.45 then 'US' when place < 0.62 then 'DE' when place < 0.74 then 'GB' when place < 0.84 then 'FR'
    when place < 0.92 then 'CA' when place < 0.96 then 'JP' else 'SE'
  end,
  case
    when i <= 5000 then timestamptz '2023-01-01' + i * (interval '730 days' / 5000)
    else timestamptz '2025-01-01' + (i - 5000) * (interval '365 days' / 10000)
  end
from (
  select i, random() as whale, random() as tail, random() as place
  from generate_series(1, 15000) as i
) as draft
order by i;

-- 31 categories for each tenant, five levels deep: number n hangs below number n / 2.
insert into categories (tenant_id, parent_id, name)
select
  tenant,
  case when n > 1 then (tenant - 1) * 31 + n / 2 end,
  case when n = 1 then 'All products' else 'Category ' || n end
from generate_series(1, 200) as tenant
cross join generate_series(1, 31) as n
order by tenant, n;

-- Catalogues were imported tenant by tenant, so the products of a tenant lie side by side.
insert into products (tenant_id, category_id, sku, name, description, price_cents, stock, attributes)
select
  tenant,
  -- Products hang on the leaves of the tree: numbers 16 to 31.
  (tenant - 1) * 31 + 16 + floor(16 * random())::integer,
  'SKU-' || lpad(row_number() over (partition by tenant order by i)::text, 5, '0'),
  adjective || ' ' || material || ' ' || noun,
  'A ' || adjective || ' ' || noun || ' of ' || material || ', for the ' || room || '. Ships in '
    || 1 + i % 9 || ' days. ' || md5(i::text),
  500 + floor(20000 * random() * random())::integer,
  floor(200 * random())::integer,
  jsonb_build_object(
    'color', (array['black', 'white', 'grey', 'blue', 'green', 'red', 'teal', 'amber'])[1 + floor(8 * random() * random())::integer],
    'size', (array['m', 'l', 's', 'xl', 'xs'])[1 + floor(5 * random() * random())::integer],
    'material', material,
    'recycled', random() < 0.1
  )
from (
  select
    i,
    case when random() < 0.3 then 1 else 2 + floor(199 * power(random(), 2))::integer end as tenant,
    (array[
      'adjustable', 'antique', 'bright', 'classic', 'compact', 'curved', 'elegant', 'folding', 'foldable', 'handmade',
      'heavy', 'industrial', 'light', 'minimal', 'modern', 'modular', 'narrow', 'nordic', 'outdoor', 'oversized',
      'padded', 'plain', 'portable', 'quiet', 'retro', 'round', 'rustic', 'slim', 'smart', 'solid',
      'square', 'stackable', 'striped', 'sturdy', 'tall', 'tiny', 'vintage', 'waterproof', 'wide', 'wireless'
    ])[1 + floor(40 * random())::integer] as adjective,
    (array['oak', 'steel', 'cotton', 'glass', 'linen', 'bamboo', 'copper', 'silk'])
      [1 + floor(8 * random() * random())::integer] as material,
    (array[
      'armchair', 'backpack', 'basket', 'bench', 'blanket', 'bookcase', 'bottle', 'bowl', 'cabinet', 'candle',
      'carpet', 'chair', 'clock', 'cup', 'curtain', 'cushion', 'desk', 'drawer', 'dresser', 'frame',
      'jug', 'kettle', 'knife', 'ladder', 'lamp', 'lantern', 'mattress', 'mirror', 'mug', 'pan',
      'pillow', 'plate', 'pot', 'rack', 'rug', 'scarf', 'shelf', 'sofa', 'speaker', 'spoon',
      'stool', 'table', 'tablecloth', 'teapot', 'towel', 'tray', 'umbrella', 'vase', 'wallet', 'wardrobe'
    ])[1 + floor(50 * random())::integer] as noun,
    (array['kitchen', 'bedroom', 'office', 'garden', 'hall', 'bathroom'])[1 + floor(6 * random())::integer] as room
  from generate_series(1, 12000) as i
) as draft
order by tenant, i;

-- Orders are drafted first: their totals come from their items.
create temporary table order_drafts (
  id integer,
  tenant_id integer,
  user_id integer,
  country text,
  created_at timestamptz,
  line_count integer
);

-- Only users who had signed up by then can order; early users order more. Materialized: the
-- random values are drawn once, whatever way the join is done.
insert into order_drafts (id, tenant_id, user_id, country, created_at, line_count)
with draft as materialized (
  select
    i,
    1 + floor((4999 + 10000 * (i / 40000.0)) * power(random(), 1.4))::integer as user_id,
    1 + floor(3.5 * random())::integer as line_count
  from generate_series(1, 40000) as i
)
select i, u.tenant_id, u.id, u.country, timestamptz '2025-01-01' + interval '365 days' * (i / 40001.0), line_count
from draft
join users u on u.id = draft.user_id
order by i;

-- What is ordered is in the tenant's own catalogue, and some of it sells better.
insert into order_items (order_id, line_no, product_id, quantity, unit_price_cents)
with line as materialized (
  select
    o.id as order_id,
    line_no,
    first_product + floor(product_count * power(random(), 2))::integer as product_id,
    1 + floor(3 * random() * random())::integer as quantity
  from order_drafts o
  join (
    select tenant_id, min(id) as first_product, count(*) as product_count
    from products
    group by tenant_id
  ) as catalogue using (tenant_id)
  cross join lateral generate_series(1, o.line_count) as line_no
  order by o.id, line_no
)
select line.order_id, line.line_no, p.id, line.quantity, p.price_cents
from line
join products p on p.id = line.product_id
order by line.order_id, line.line_no;

insert into orders (tenant_id, user_id, status, country, currency, total_cents, created_at, updated_at)
select
  tenant_id,
  user_id,
  case
    when age < interval '3 days' then case when fate < 0.7 then 'pending' else 'paid' end
    when age < interval '9 days' then case when fate < 0.4 then 'paid' else 'shipped' end
    when fate < 0.910 then 'delivered'
    when fate < 0.955 then 'refunded'
    when fate < 0.997 then 'cancelled'
    else 'pending'
  end,
  country,
  case country when 'US' then 'USD' when 'GB' then 'GBP' when 'CA' then 'CAD' when 'JP' then 'JPY' when 'SE' then 'SEK' else 'EUR' end,
  total_cents,
  created_at,
  created_at + least(age, interval '6 days') * 0.5
from (
  select o.*, t.total_cents, timestamptz '2026-01-01' - o.created_at as age, random() as fate
  from order_drafts o
  join (
    select order_id, sum(quantity * unit_price_cents) as total_cents
    from order_items
    group by order_id
  ) as t on t.order_id = o.id
  order by o.id
) as draft
order by id;

-- For each order a sale and for some a fee; for what was refunded a reversal of the sale, five days
-- later; and a payout a week for each tenant. Written in the order of booking, as a ledger is: that is
-- what makes a BRIN index on booked_at work.
insert into ledger_entries (id, tenant_id, account, order_id, reverses_id, amount_cents, currency, booked_at)
with entry as (
  select tenant_id, 'sales' as account, id as order_id, false as is_reversal, total_cents as amount_cents, currency, created_at as booked_at
  from orders
  union all
  select tenant_id, 'fees', id, false, -(30 + total_cents * 29 / 1000), currency, created_at + interval '1 minute'
  from orders
  where id % 3 = 0
  union all
  select tenant_id, 'sales', id, true, -total_cents, currency, created_at + interval '5 days'
  from orders
  where status = 'refunded'
  union all
  select tenant, 'payouts', null, false, -(10000 + 37 * tenant), 'USD', timestamptz '2025-01-05 23:00+00' + week * interval '7 days'
  from generate_series(1, 200) as tenant
  cross join generate_series(0, 50) as week
),
numbered as (
  select *, row_number() over (order by booked_at, order_id, account, tenant_id) as id
  from entry
)
select
  id,
  tenant_id,
  account,
  order_id,
  case when is_reversal then min(id) filter (where account = 'sales') over (partition by order_id) end,
  amount_cents,
  currency,
  booked_at
from numbered
order by id;

-- The ids above were given by hand; the next one has to follow them.
select setval(pg_get_serial_sequence('ledger_entries', 'id'), max(id))
from ledger_entries;

insert into events (tenant_id, user_id, kind, payload, occurred_at)
with draft as materialized (
  select i, 1 + floor((4999 + 10000 * (i / 72000.0)) * power(random(), 1.2))::integer as user_id, random() as act
  from generate_series(1, 72000) as i
)
select
  u.tenant_id,
  u.id,
  case
    when act < 0.60 then 'page_view' when act < 0.78 then 'search' when act < 0.88 then 'login'
    when act < 0.96 then 'add_to_cart' else 'checkout'
  end,
  jsonb_build_object('path', '/p/' || i % 997, 'ms', i % 400),
  case
    when i % 200 = 0 then timestamptz '2001-01-01' + i * interval '1 hour'
    else timestamptz '2025-01-01' + interval '365 days' * (i / 72001.0)
  end
from draft
join users u on u.id = draft.user_id
order by i;
