-- A ticket office: what is on (catalog), who bought what (sales), what visitors looked at (web).
--
-- Only primary keys are made here; other indexes and foreign keys follow the rows (03).

create schema catalog;
create schema sales;
create schema web;

create table catalog.city (
  id integer primary key,
  name text not null,
  country text not null,
  region text not null,
  population integer not null,
  place point not null
);

create table catalog.venue (
  id integer primary key,
  city_id integer not null,
  name text not null,
  capacity integer not null,
  place point not null,
  features jsonb not null,
  closed_on date
);

create table catalog.artist (
  id integer primary key,
  name text not null,
  genres text[] not null,
  country text not null,
  followers integer not null,
  biography text
);

create table catalog.show (
  id integer primary key,
  artist_id integer not null,
  venue_id integer not null,
  title text not null,
  genre text not null,
  status text not null check (status in ('draft', 'on_sale', 'sold_out', 'over', 'cancelled')),
  starts_at timestamptz not null,
  on_sale tstzrange not null,
  labels text[] not null,
  details jsonb not null,
  support_artist_id integer
);

create table catalog.price_tier (
  id integer primary key,
  show_id integer not null,
  name text not null,
  price_cents integer not null,
  quota integer not null,
  unique (show_id, name)
);

create table sales.customer (
  id integer primary key,
  email text not null,
  name text not null,
  city_id integer not null,
  country text not null,
  language text not null,
  joined_on date not null,
  referred_by integer,
  deleted_at timestamptz,
  preferences jsonb
);

create table sales.purchase (
  id integer primary key,
  customer_id integer not null,
  show_id integer not null,
  status text not null check (status in ('pending', 'paid', 'cancelled', 'refunded', 'failed')),
  channel text not null,
  country text not null,
  currency text not null,
  amount_cents integer not null,
  coupon text,
  placed_at timestamptz not null
);

create table sales.ticket (
  id integer primary key,
  purchase_id integer not null,
  show_id integer not null,
  price_tier_id integer not null,
  section text not null,
  seat integer,
  price_cents integer not null,
  state text not null check (state in ('valid', 'used', 'returned', 'blocked')),
  barcode text not null,
  holder text,
  scanned_at timestamptz
);

-- By provider: one partition has most of the rows, one has few, the last one has none.
create table sales.payment (
  id integer not null,
  provider text not null,
  purchase_id integer not null,
  amount_cents integer not null,
  state text not null,
  reference text,
  paid_at timestamptz not null,
  primary key (provider, id)
) partition by list (provider);
create table sales.payment_card partition of sales.payment for values in ('card');
create table sales.payment_wallet partition of sales.payment for values in ('wallet', 'phone');
create table sales.payment_transfer partition of sales.payment for values in ('transfer');
create table sales.payment_voucher partition of sales.payment for values in ('voucher');
create table sales.payment_other partition of sales.payment default;

-- By month of 2025; more visitors each month.
create table web.page_view (
  viewed_at timestamptz not null,
  visitor integer not null,
  customer_id integer,
  show_id integer,
  kind text not null,
  path text not null,
  referrer text,
  properties jsonb not null
) partition by range (viewed_at);
create table web.page_view_01 partition of web.page_view for values from ('2025-01-01') to ('2025-02-01');
create table web.page_view_02 partition of web.page_view for values from ('2025-02-01') to ('2025-03-01');
create table web.page_view_03 partition of web.page_view for values from ('2025-03-01') to ('2025-04-01');
create table web.page_view_04 partition of web.page_view for values from ('2025-04-01') to ('2025-05-01');
create table web.page_view_05 partition of web.page_view for values from ('2025-05-01') to ('2025-06-01');
create table web.page_view_06 partition of web.page_view for values from ('2025-06-01') to ('2025-07-01');
create table web.page_view_07 partition of web.page_view for values from ('2025-07-01') to ('2025-08-01');
create table web.page_view_08 partition of web.page_view for values from ('2025-08-01') to ('2025-09-01');
create table web.page_view_09 partition of web.page_view for values from ('2025-09-01') to ('2025-10-01');
create table web.page_view_10 partition of web.page_view for values from ('2025-10-01') to ('2025-11-01');
create table web.page_view_11 partition of web.page_view for values from ('2025-11-01') to ('2025-12-01');
create table web.page_view_12 partition of web.page_view for values from ('2025-12-01') to ('2026-01-01');
create table web.page_view_2026 partition of web.page_view for values from ('2026-01-01') to ('2027-01-01');

create table web.review (
  id integer primary key,
  customer_id integer not null,
  show_id integer not null,
  stars integer not null,
  body text,
  words tsvector not null,
  written_on date not null
);

create table web.follow (
  customer_id integer not null,
  artist_id integer not null,
  since date not null,
  primary key (customer_id, artist_id)
);

-- Seats that are kept for somebody for a while.
create table web.hold (
  id integer primary key,
  show_id integer not null,
  customer_id integer,
  seats int4range not null,
  during tstzrange not null
);
