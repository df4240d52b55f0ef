select setseed(0.5);
-- Some 800,000 rows. The line above decides which: another number gives other rows of the same distributions.
--
-- Dates are fixed, every insert has an order. Shows, artists, venues, cities and buyers are popular as in life: the
-- second one half as much as the first, the hundredth a hundredth. Columns depend on each other: the city decides the
-- country, the country the currency and the language, the artist the genre, the date the status.

-- From 1 to n, k with a probability of about 1/k.
create function pg_temp.zipf(n integer) returns integer language sql volatile
  as $$ select least(n, floor(exp(random() * ln(n + 1.0::float8)))::integer) $$;

-- One of the words, the first ones more often.
create function pg_temp.word(words text[]) returns text language sql volatile
  as $$ select words[pg_temp.zipf(cardinality(words))] $$;

insert into catalog.city
select
  i, initcap(left(md5(i || 'city'), 1 + i % 3)) || (array['ham', 'ville', 'burg', 'stad', 'ton'])[1 + i % 5] || ' ' || i,
  country, country || '-' || 1 + i % 6, 2000000 / i + floor(20000 * random())::integer,
  point(lon + 6 * random(), 35 + lat + 6 * random())
from (
  select
    i, pg_temp.word(array['GB', 'DE', 'FR', 'US', 'NL', 'ES', 'IT', 'SE', 'PL', 'AT', 'BE', 'DK', 'CH', 'NO', 'PT', 'IE']) as country,
    10 * random() as lon, 20 * random() as lat
  from generate_series(1, 500) as i
) as draft
order by i;

insert into catalog.venue
select
  i, city_id, (array['Hall', 'Arena', 'Club', 'Theatre', 'Park'])[1 + i % 5] || ' ' || left(md5(i || 'venue'), 5),
  greatest(60, (40000 / i) + floor(900 * size * size)::integer),
  point(place[0] + 0.1 * random(), place[1] + 0.1 * random()),
  jsonb_build_object('parking', i % 3 = 0, 'kind', (array['Hall', 'Arena', 'Club', 'Theatre', 'Park'])[1 + i % 5])
    || case when size < 0.05 then '{"roof": "retractable"}' else '{}'::jsonb end,
  case when closed < 0.02 then date '2024-01-01' + floor(700 * size)::integer end
from (
  select i, pg_temp.zipf(500) as city_id, random() as size, random() as closed from generate_series(1, 2500) as i
) as draft
join catalog.city on city.id = city_id
order by i;

insert into catalog.artist
select
  i, (array['The ', '', '', 'DJ ', 'Saint '])[1 + i % 5] || initcap(left(md5(i || 'artist'), 7)),
  case when random() < 0.3 then array[genre, second] else array[genre] end,
  pg_temp.word(array['US', 'GB', 'DE', 'FR', 'SE', 'NL', 'IT', 'ES']),
  3000000 / i + floor(500 * random())::integer,
  case when random() < 0.4 then repeat(md5(i || 'b') || ' ', 1 + i % 8) end
from (
  select
    i,
    pg_temp.word(array['pop', 'rock', 'indie', 'electronic', 'jazz', 'classical', 'folk', 'metal', 'soul', 'opera',
      'blues', 'ska', 'polka', 'chant']) as genre,
    pg_temp.word(array['live', 'acoustic', 'retro', 'remix', 'tribute', 'improvised']) as second
  from generate_series(1, 6000) as i
) as draft
order by i;

insert into catalog.show
select
  i, artist_id, venue_id, name || ' ' || (array['Tour', 'Live', 'Night', 'Sessions'])[1 + i % 4] || ' ' || i,
  genres[1],
  case
    when state < 0.03 then 'cancelled' when starts_at < '2025-11-15' then 'over' when state < 0.10 then 'draft'
    when state < 0.30 then 'sold_out' else 'on_sale'
  end,
  starts_at, tstzrange(starts_at - interval '1 day' * floor(20 + 160 * ahead), starts_at - interval '2 hours'),
  case
    when state > 0.97 then array['festival', 'outdoor'] when state > 0.9 then array['seated']
    when state > 0.87 then array['premiere', 'seated'] else array[]::text[]
  end,
  jsonb_build_object(
    'age', case when genres[1] in ('metal', 'electronic') then 18 when state > 0.8 then 16 else 0 end,
    'promoter', 'P' || promoter)
    || case when ahead < 0.1 then jsonb_build_object('stream', true, 'cameras', 1 + i % 7) else '{}'::jsonb end,
  case when support < 0.25 then 1 + floor(6000 * ahead)::integer end
from (
  select
    i, pg_temp.zipf(6000) as artist_id, pg_temp.zipf(2500) as venue_id, random() as state, random() as ahead,
    random() as support, pg_temp.zipf(300) as promoter,
    timestamptz '2025-01-01 18:00' + interval '1 hour' * floor(i * 0.6 + 700 * random()) as starts_at
  from generate_series(1, 20000) as i
) as draft
join catalog.artist on artist.id = artist_id
order by i;

insert into catalog.price_tier
select
  2 * show.id + tier, show.id, (array['standard', 'balcony'])[1 + tier],
  1500 + 100 * floor(90 * random() * random())::integer + 2000 * tier, greatest(20, capacity / (2 + 3 * tier))
from catalog.show
join catalog.venue on venue.id = show.venue_id
cross join generate_series(0, 1) as tier
order by show.id, tier;

insert into sales.customer
select
  i, case when i % 4 = 0 then 'Fan.' else 'fan.' end || left(md5(i || 'mail'), 6) || i || '@'
    || (array['mail.example', 'post.example', 'inbox.example'])[1 + floor(2.2 * host)::integer],
  (array['Ada', 'Bo', 'Cem', 'Dora', 'Eli', 'Fay', 'Gus', 'Hana', 'Ivo', 'Jo'])[1 + i % 10] || ' '
    || initcap(left(md5(i || 'name'), 6)),
  city_id, country,
  case
    when host < 0.1 then 'en' when country in ('GB', 'US', 'IE') then 'en' when country in ('DE', 'AT', 'CH') then 'de'
    when country in ('FR', 'BE') then 'fr' else lower(country)
  end,
  date '2018-01-01' + (i * 2900 / 45000) + floor(20 * host)::integer,
  case when referred < 0.08 and i > 100 then 1 + floor((i - 1) * referred / 0.08)::integer end,
  case when deleted < 0.015 then timestamptz '2025-01-01' + interval '300 days' * host end,
  case when deleted > 0.6 then jsonb_build_object(
    'newsletter', deleted > 0.75, 'genres', jsonb_build_array((array['pop', 'rock', 'jazz', 'opera', 'metal'])[1 + i % 5])) end
from (
  select i, pg_temp.zipf(500) as city_id, random() as host, random() as referred, random() as deleted
  from generate_series(1, 45000) as i
) as draft
join catalog.city on city.id = city_id
order by i;

-- Three in ten purchases are those of regulars and resellers.
insert into sales.purchase
select
  i, customer_id, show_id,
  case
    when placed_at > '2025-12-29' and state < 0.6 then 'pending' when state < 0.004 then 'pending' when state < 0.86 then 'paid'
    when state < 0.92 then 'cancelled' when state < 0.97 then 'refunded' else 'failed'
  end,
  case when state < 0.5 then 'web' when i % 3 = 0 then 'app' when i % 11 = 0 then 'desk' else 'partner' end,
  country,
  case
    when country = 'GB' then 'GBP' when country = 'US' then 'USD' when country in ('SE', 'NO', 'DK') then 'SEK'
    when country = 'CH' then 'CHF' when country = 'PL' then 'PLN' else 'EUR'
  end,
  1500 + 50 * floor(exp(random() * 5))::integer,
  case when coupon < 0.12 then 'C' || pg_temp.zipf(400) end,
  placed_at
from (
  select
    i,
    case when random() < 0.3 then 1 + (pg_temp.zipf(45000)::bigint * 7919 % 45000)::integer
      else 1 + floor(45000 * random())::integer end as customer_id,
    1 + (pg_temp.zipf(20000)::bigint * 7919 % 20000)::integer as show_id,
    random() as state, random() as coupon,
    timestamptz '2024-07-01' + interval '1 second' * floor(i * 412.0 + 86400 * 3 * random()) as placed_at
  from generate_series(1, 115000) as i
) as draft
join sales.customer on customer.id = customer_id
order by i;

insert into sales.ticket
select
  row_number() over (order by purchase_id, n), purchase_id, show_id, 2 * show_id + case when seat < 0.7 then 0 else 1 end,
  chr(65 + floor(12 * seat * seat)::integer), case when seat < 0.7 then 1 + floor(600 * seat)::integer end,
  2500 + 100 * floor(70 * seat)::integer,
  case when status in ('cancelled', 'refunded') then 'returned' when status <> 'paid' then 'blocked'
    when placed_at < '2025-09-01' and scan < 0.9 then 'used' else 'valid' end,
  md5(purchase_id || '/' || n), case when holder < 0.2 then 'Guest ' || left(md5(n || ':' || purchase_id), 6) end,
  case when status = 'paid' and placed_at < '2025-09-01' and scan < 0.9 then placed_at + interval '40 days' * scan end
from (
  select
    purchase.id as purchase_id, show_id, status, placed_at, n, random() as seat, random() as scan, random() as holder
  from (select *, case when random() < 0.55 then 1 else 1 + pg_temp.zipf(4) end as amount from sales.purchase order by id) as purchase
  cross join generate_series(1, amount) as n
) as draft
order by purchase_id, n;

insert into sales.payment
select
  i, provider, i, amount_cents, case when status = 'failed' then 'declined' when status = 'refunded' then 'returned' else 'settled' end,
  case when provider in ('transfer', 'voucher') then upper(left(md5(i || 'ref'), 10)) end,
  placed_at + interval '1 minute' * floor(60 * wait * wait)
from (
  select
    id as i, amount_cents, status, placed_at, random() as wait,
    pg_temp.word(array['card', 'card', 'wallet', 'phone', 'transfer', 'voucher']) as provider
  from sales.purchase where status <> 'pending' order by id
) as draft
order by i;

insert into web.page_view
select
  viewed_at, visitor, case when visitor % 5 < 2 then 1 + visitor % 45000 end, show_id, kind,
  case kind when 'search' then '/search?q=' || left(md5(visitor::text), 3) when 'home' then '/' else coalesce('/show/' || show_id, '/shows') end,
  case when source < 0.35 then 'https://' || (array['search', 'social', 'press'])[1 + floor(source * 8)::integer] || '.example/' end,
  jsonb_build_object('device', case when source < 0.6 then 'phone' when source < 0.95 then 'desktop' else 'tablet' end)
    || case when kind = 'buy' then jsonb_build_object('step', 1 + visitor % 4) else '{}'::jsonb end
from (
  select
    timestamptz '2025-01-01' + interval '365 days' * (sqrt(i / 130001.0) * 0.999 + 0.001 * random()) as viewed_at,
    pg_temp.zipf(60000) + floor(3000 * random())::integer as visitor,
    pg_temp.word(array['show', 'show', 'search', 'home', 'buy', 'help']) as kind,
    case when random() < 0.7 then 1 + (pg_temp.zipf(20000)::bigint * 7919 % 20000)::integer end as show_id,
    random() as source
  from generate_series(1, 130000) as i
) as draft
order by viewed_at, visitor;

insert into web.review
select
  i, 1 + floor(45000 * who)::integer, show_id, stars, case when who < 0.9 then body end, to_tsvector('english', body),
  date '2025-01-01' + i / 42
from (
  select
    *, 'A ' || pg_temp.word(array['great', 'loud', 'magic', 'short', 'late', 'dull', 'sublime']) || ' show, '
      || pg_temp.word(array['singer', 'band', 'sound', 'crowd', 'light', 'drummer', 'encore', 'bassoon']) || ' and '
      || pg_temp.word(array['seats', 'queue', 'view', 'bar', 'parking', 'cloakroom', 'staff', 'usher']) || ' of the '
      || pg_temp.word(array['evening', 'year', 'decade', 'century']) as body
  from (
    select
      i, random() as who, 1 + (pg_temp.zipf(20000)::bigint * 7919 % 20000)::integer as show_id,
      6 - pg_temp.zipf(5) as stars
    from generate_series(1, 15000) as i
  ) as given
) as draft
order by i;

insert into web.follow
select customer_id, artist_id, min(since)
from (
  select
    1 + floor(45000 * random() * random())::integer as customer_id, pg_temp.zipf(6000) as artist_id,
    date '2020-01-01' + floor(2100 * random())::integer as since
  from generate_series(1, 125000)
) as draft
group by customer_id, artist_id
order by customer_id, artist_id;

insert into web.hold
select
  i, show_id, case when who < 0.8 then 1 + floor(45000 * who)::integer end, int4range(seat, seat + 1 + i % 6),
  tstzrange(since, since + interval '1 minute' * (10 + floor(3000 * who * who * who)))
from (
  select
    i, 1 + (pg_temp.zipf(20000)::bigint * 7919 % 20000)::integer as show_id, random() as who,
    floor(600 * random())::integer as seat, timestamptz '2025-12-01' + interval '1 minute' * floor(i * 5.5 + 600 * random()) as since
  from generate_series(1, 8000) as i
) as draft
order by i;
