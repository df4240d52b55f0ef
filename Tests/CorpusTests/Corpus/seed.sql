-- A haulier: parcels, depots and tariffs in one schema, vehicles and their sensors in another.
--
-- Some 170,000 rows, the same ones on every server: no clock and no random(), pick() draws from a hash of the row's
-- number. No table has more than 30,000. They are skewed (customer 1, depot 1 and device 7 are the whales) and columns
-- depend on each other (the city decides country and zone), as in production.

CREATE SCHEMA freight;
CREATE SCHEMA fleet;

-- A number from 0 to n - 1 that only looks random.
CREATE FUNCTION pg_temp.pick(row_number bigint, salt integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
  SELECT ((hashint8extended(row_number, salt) & 9223372036854775807) % n)::integer
$$;

-- The same, crowded at the low end: half of all draws are in the lowest quarter.
CREATE FUNCTION pg_temp.skewed(row_number bigint, salt integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
  SELECT floor(n * ((pg_temp.pick(row_number, salt, 100000) / 100000.0) ^ 2))::integer
$$;

CREATE TABLE freight.customer (
  id integer PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL,
  country text NOT NULL,
  city text NOT NULL,
  zone text NOT NULL,
  joined_on date NOT NULL,
  remarks text NOT NULL
);

-- The city decides the country and the zone; one city has 15 % of the customers.
INSERT INTO freight.customer
SELECT
  i,
  (ARRAY['Anker', 'Brandt', 'Cato', 'Dorn', 'Eek', 'Falk', 'Gram', 'Holst', 'Iversen', 'Juhl', 'Krag', 'Lund', 'Munk',
    'Noor', 'Olsen', 'Prins', 'Quist', 'Rosing', 'Sander', 'Thiel'])[1 + pg_temp.pick(i, 1, 20)]
    || ' ' || left(md5(i::text), 6),
  CASE WHEN i % 3 = 0 THEN 'Desk.' ELSE 'desk.' END || i || '@parcel.example',
  'country ' || city / 5, 'city ' || city, 'zone ' || city / 2,
  date '2015-01-01' + pg_temp.pick(i, 3, 3650),
  repeat(md5(i || 'r'), 2)
FROM (
  SELECT i, CASE WHEN pg_temp.pick(i, 2, 100) < 15 THEN 0 ELSE 1 + pg_temp.pick(i, 4, 39) END AS city
  FROM generate_series(1, 8000) AS i
) AS draft
ORDER BY i;

CREATE INDEX customer_email_lower_idx ON freight.customer (lower(email));
CREATE INDEX customer_name_idx ON freight.customer (name text_pattern_ops);
CREATE STATISTICS freight.customer_place (mcv) ON country, city, zone FROM freight.customer;

-- A tree: hubs, depots and lockers hang below each other, about seven to a parent.
CREATE TABLE freight.depot (
  id integer PRIMARY KEY,
  parent_id integer,
  name text NOT NULL,
  kind text NOT NULL,
  "geoCode" text NOT NULL
);

INSERT INTO freight.depot
SELECT
  i, CASE WHEN i > 1 THEN (i + 5) / 7 END, 'Depot ' || md5('d' || i),
  CASE WHEN i <= 8 THEN 'hub' WHEN i <= 400 THEN 'depot' ELSE 'locker' END, left(md5('g' || i), 10)
FROM generate_series(1, 3000) AS i
ORDER BY i;

CREATE INDEX depot_parent_idx ON freight.depot (parent_id);
CREATE INDEX "depot_geoCode_idx" ON freight.depot ("geoCode");

CREATE TABLE freight."Parcel" (
  id bigint PRIMARY KEY,
  tracking text NOT NULL,
  "customerId" integer NOT NULL,
  "depotId" integer NOT NULL,
  status text NOT NULL,
  "weightG" integer NOT NULL,
  tags text[] NOT NULL,
  "shippedAt" timestamptz NOT NULL,
  note text NOT NULL
);

-- In the order of shipping; customer 1 sends 6 %.
INSERT INTO freight."Parcel"
SELECT
  i, 'T' || left(upper(md5('t' || i)), 12),
  CASE WHEN pg_temp.pick(i, 11, 100) < 6 THEN 1 ELSE 2 + pg_temp.skewed(i, 12, 7999) END,
  CASE WHEN pg_temp.pick(i, 13, 100) < 20 THEN 1 ELSE 2 + pg_temp.skewed(i, 14, 2999) END,
  CASE WHEN state < 870 THEN 'delivered' WHEN state < 985 THEN 'moving' WHEN state < 995 THEN 'held' ELSE 'lost' END,
  50 + pg_temp.pick(i, 16, 89000),
  CASE
    WHEN pg_temp.pick(i, 17, 200) = 0 THEN ARRAY['insured', 'fragile']
    WHEN pg_temp.pick(i, 17, 200) < 30 THEN ARRAY['insured']
    WHEN pg_temp.pick(i, 17, 200) = 31 THEN ARRAY['cold']
    ELSE '{}'
  END,
  timestamptz '2025-01-01 00:00:00+00' + i * interval '15 minutes',
  left(md5('n' || i) || md5('m' || i), 20 + i % 40)
FROM (SELECT i, pg_temp.pick(i, 15, 1000) AS state FROM generate_series(1, 30000) AS i) AS draft
ORDER BY i;

CREATE UNIQUE INDEX "Parcel_tracking_idx" ON freight."Parcel" (tracking);
CREATE INDEX "Parcel_customer_shipped_idx" ON freight."Parcel" ("customerId", "shippedAt");
CREATE INDEX "Parcel_shipped_idx" ON freight."Parcel" ("shippedAt");
CREATE INDEX "Parcel_held_idx" ON freight."Parcel" ("shippedAt") WHERE status = 'held';
CREATE INDEX "Parcel_tags_idx" ON freight."Parcel" USING gin (tags);

-- Archived by depot: the rows of a depot lie together. Depot 1 has 40 % of them.
CREATE TABLE freight.scan_event (
  id bigint PRIMARY KEY,
  parcel_id bigint NOT NULL,
  depot_id integer NOT NULL,
  code text NOT NULL,
  handler integer NOT NULL,
  at timestamptz NOT NULL
);

INSERT INTO freight.scan_event
SELECT
  row_number() OVER (ORDER BY depot, i), 1 + pg_temp.pick(i, 21, 24000), depot,
  CASE WHEN pg_temp.pick(i, 22, 100) = 0 THEN 'damaged' WHEN i % 2 = 0 THEN 'arrived' ELSE 'left' END,
  pg_temp.pick(i, 23, 60), timestamptz '2025-01-01 00:00:00+00' + i * interval '15 minutes'
FROM (
  SELECT i, CASE WHEN pg_temp.pick(i, 24, 100) < 40 THEN 1 ELSE 2 + pg_temp.skewed(i, 25, 2999) END AS depot
  FROM generate_series(1, 30000) AS i
) AS draft
ORDER BY depot, i;

CREATE INDEX scan_event_parcel_idx ON freight.scan_event (parcel_id);
CREATE INDEX scan_event_depot_code_idx ON freight.scan_event (depot_id, code);
CREATE INDEX scan_event_handler_at_idx ON freight.scan_event (handler, at);

-- Two hundred weight classes for each of three zones; those of a zone do not overlap.
CREATE TABLE freight.tariff (
  id integer PRIMARY KEY,
  zone integer NOT NULL,
  weight int4range NOT NULL,
  cents integer NOT NULL
);

INSERT INTO freight.tariff
SELECT i, i % 3, int4range((i / 3) * 450, (i / 3) * 450 + 450), 300 + i
FROM generate_series(0, 599) AS i
ORDER BY i;

CREATE INDEX tariff_weight_idx ON freight.tariff USING gist (weight);

-- Vehicle 1 has 30 % of the bookings, and all the cheap ones.
CREATE TABLE freight.booking (
  id integer PRIMARY KEY,
  vehicle_id integer NOT NULL,
  during tstzrange NOT NULL,
  cents integer NOT NULL,
  memo text NOT NULL
);

INSERT INTO freight.booking
SELECT
  i, vehicle, tstzrange(start, start + interval '1 hour' * (2 + pg_temp.pick(i, 31, 40))),
  CASE WHEN vehicle = 1 THEN 1000 ELSE 5000 END + pg_temp.pick(i, 32, 4000), repeat(md5(i || 'b'), 3)
FROM (
  SELECT
    i, CASE WHEN pg_temp.pick(i, 33, 100) < 30 THEN 1 ELSE 2 + pg_temp.pick(i, 34, 399) END AS vehicle,
    timestamptz '2025-01-01 00:00:00+00' + pg_temp.pick(i, 35, 8760) * interval '1 hour' AS start
  FROM generate_series(1, 8000) AS i
) AS draft
ORDER BY i;

CREATE INDEX booking_during_idx ON freight.booking USING gist (during);
CREATE INDEX booking_vehicle_idx ON freight.booking (vehicle_id);

-- Each carrier sees its own invoices only.
CREATE TABLE freight.invoice (
  id integer PRIMARY KEY,
  carrier_id integer NOT NULL,
  customer_id integer NOT NULL,
  issued_on date NOT NULL,
  cents integer NOT NULL,
  memo text NOT NULL
);

INSERT INTO freight.invoice
SELECT
  i, 1 + pg_temp.skewed(i, 41, 60), 1 + pg_temp.pick(i, 42, 2000), date '2025-01-01' + i / 25,
  pg_temp.pick(i, 43, 90000), repeat(md5(i || 'v'), 3)
FROM generate_series(1, 8000) AS i
ORDER BY i;

CREATE INDEX invoice_carrier_issued_idx ON freight.invoice (carrier_id, issued_on);
CREATE INDEX invoice_customer_memo_idx ON freight.invoice (customer_id, memo);
CREATE INDEX invoice_customer_idx ON freight.invoice (customer_id);
ALTER TABLE freight.invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_carrier ON freight.invoice TO dispatcher
  USING (carrier_id = current_setting('app.carrier')::integer);

CREATE VIEW freight.open_parcel AS
SELECT p.id, p.tracking, p."customerId", p.status, p."shippedAt", c.name AS customer_name
FROM freight."Parcel" AS p
JOIN freight.customer AS c ON c.id = p."customerId"
WHERE p.status <> 'delivered';

-- PL/pgSQL is PARALLEL UNSAFE unless it says otherwise.
CREATE FUNCTION freight.code_name(code text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN initcap(code); END $$;

CREATE TABLE fleet.device (
  id integer PRIMARY KEY,
  serial text NOT NULL,
  model text NOT NULL,
  depot_id integer NOT NULL,
  attrs jsonb NOT NULL,
  seen_at timestamptz NOT NULL,
  comment text NOT NULL
);

INSERT INTO fleet.device
SELECT
  i, 'SN-' || left(md5('s' || i), 8), 'model ' || pg_temp.skewed(i, 51, 30), 1 + pg_temp.pick(i, 52, 3000),
  jsonb_build_object(
    'firmware', '9.' || pg_temp.skewed(i, 53, 60), 'modem', pg_temp.pick(i, 54, 5),
    'ports', jsonb_build_array(i % 4, i % 7)),
  timestamptz '2025-06-30 00:00:00+00' - pg_temp.skewed(i, 55, 100000) * interval '1 minute', repeat(md5(i || 'c'), 4)
FROM generate_series(1, 4000) AS i
ORDER BY i;

CREATE INDEX device_serial_idx ON fleet.device (serial) INCLUDE (seen_at);
CREATE INDEX device_attrs_idx ON fleet.device USING gin (attrs jsonb_path_ops);

-- A partition a month. Device 7 sends 6 %.
CREATE TABLE fleet.reading (
  device_id integer NOT NULL,
  taken_at timestamptz NOT NULL,
  celsius numeric(5, 2) NOT NULL,
  volts numeric(5, 2) NOT NULL
) PARTITION BY RANGE (taken_at);

CREATE TABLE fleet.reading_2025_01 PARTITION OF fleet.reading FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
CREATE TABLE fleet.reading_2025_02 PARTITION OF fleet.reading FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');
CREATE TABLE fleet.reading_2025_03 PARTITION OF fleet.reading FOR VALUES FROM ('2025-03-01') TO ('2025-04-01');
CREATE TABLE fleet.reading_2025_04 PARTITION OF fleet.reading FOR VALUES FROM ('2025-04-01') TO ('2025-05-01');
CREATE TABLE fleet.reading_2025_05 PARTITION OF fleet.reading FOR VALUES FROM ('2025-05-01') TO ('2025-06-01');
CREATE TABLE fleet.reading_2025_06 PARTITION OF fleet.reading FOR VALUES FROM ('2025-06-01') TO ('2025-07-01');

INSERT INTO fleet.reading
SELECT
  CASE WHEN pg_temp.pick(i, 61, 100) < 6 THEN 7 ELSE 1 + pg_temp.pick(i, 62, 1000) END,
  timestamptz '2025-01-01 00:00:00+00' + i * interval '520 seconds',
  pg_temp.pick(i, 63, 4000) / 100.0, 3 + pg_temp.pick(i, 64, 150) / 100.0
FROM generate_series(1, 30000) AS i
ORDER BY i;

CREATE INDEX reading_device_taken_idx ON fleet.reading (device_id, taken_at);

-- Spread over eight partitions by device.
CREATE TABLE fleet.ping (
  device_id integer NOT NULL,
  sent_at timestamptz NOT NULL,
  signal smallint NOT NULL,
  payload text NOT NULL
) PARTITION BY HASH (device_id);

CREATE TABLE fleet.ping_0 PARTITION OF fleet.ping FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE fleet.ping_1 PARTITION OF fleet.ping FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE fleet.ping_2 PARTITION OF fleet.ping FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE fleet.ping_3 PARTITION OF fleet.ping FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE fleet.ping_4 PARTITION OF fleet.ping FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE fleet.ping_5 PARTITION OF fleet.ping FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE fleet.ping_6 PARTITION OF fleet.ping FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE fleet.ping_7 PARTITION OF fleet.ping FOR VALUES WITH (MODULUS 8, REMAINDER 7);

INSERT INTO fleet.ping
SELECT
  1 + pg_temp.pick(i, 71, 1000), timestamptz '2025-05-01 00:00:00+00' + i * interval '3 minutes',
  pg_temp.pick(i, 72, 100), md5('p' || i) || md5('q' || i)
FROM generate_series(1, 16000) AS i
ORDER BY i;

CREATE INDEX ping_device_sent_idx ON fleet.ping (device_id, sent_at);

-- A partition for each region, one for what has none of these.
CREATE TABLE fleet.alarm (
  id integer NOT NULL,
  region text NOT NULL,
  severity integer NOT NULL,
  raised_at timestamptz NOT NULL,
  message text NOT NULL
) PARTITION BY LIST (region);

CREATE TABLE fleet.alarm_north PARTITION OF fleet.alarm FOR VALUES IN ('north');
CREATE TABLE fleet.alarm_south PARTITION OF fleet.alarm FOR VALUES IN ('south');
CREATE TABLE fleet.alarm_east PARTITION OF fleet.alarm FOR VALUES IN ('east');
CREATE TABLE fleet.alarm_west PARTITION OF fleet.alarm FOR VALUES IN ('west');
CREATE TABLE fleet.alarm_elsewhere PARTITION OF fleet.alarm DEFAULT;

INSERT INTO fleet.alarm
SELECT
  i, (ARRAY['north', 'north', 'south', 'east', 'west', 'ferry'])[1 + pg_temp.pick(i, 81, 6)],
  pg_temp.skewed(i, 82, 100), timestamptz '2025-01-01 00:00:00+00' + i * interval '25 minutes', repeat(md5(i || 'a'), 3)
FROM generate_series(1, 10000) AS i
ORDER BY i;

CREATE INDEX alarm_severity_raised_idx ON fleet.alarm (severity, raised_at);

-- Grown before there was declarative partitioning: a child a year, told apart by a CHECK constraint.
CREATE TABLE fleet.trip (
  id integer NOT NULL,
  vehicle_id integer NOT NULL,
  started_at timestamptz NOT NULL,
  metres integer NOT NULL,
  route text NOT NULL
);
CREATE TABLE fleet.trip_2023 (CHECK (started_at >= '2023-01-01' AND started_at < '2024-01-01')) INHERITS (fleet.trip);
CREATE TABLE fleet.trip_2024 (CHECK (started_at >= '2024-01-01' AND started_at < '2025-01-01')) INHERITS (fleet.trip);
CREATE TABLE fleet.trip_2025 (CHECK (started_at >= '2025-01-01' AND started_at < '2026-01-01')) INHERITS (fleet.trip);

INSERT INTO fleet.trip_2023
SELECT i, 1 + pg_temp.pick(i, 91, 400), timestamptz '2023-01-01 00:00:00+00' + i * interval '2 hours',
  pg_temp.pick(i, 92, 400000), md5('r' || i)
FROM generate_series(1, 4000) AS i ORDER BY i;
INSERT INTO fleet.trip_2024
SELECT 4000 + i, 1 + pg_temp.pick(i, 93, 400), timestamptz '2024-01-01 00:00:00+00' + i * interval '2 hours',
  pg_temp.pick(i, 94, 400000), md5('s' || i)
FROM generate_series(1, 4000) AS i ORDER BY i;
INSERT INTO fleet.trip_2025
SELECT 8000 + i, 1 + pg_temp.pick(i, 95, 400), timestamptz '2025-01-01 00:00:00+00' + i * interval '2 hours',
  pg_temp.pick(i, 96, 400000), md5('t' || i)
FROM generate_series(1, 4000) AS i ORDER BY i;

CREATE INDEX trip_2023_vehicle_idx ON fleet.trip_2023 (vehicle_id, started_at);
CREATE INDEX trip_2024_vehicle_idx ON fleet.trip_2024 (vehicle_id, started_at);
CREATE INDEX trip_2025_vehicle_idx ON fleet.trip_2025 (vehicle_id, started_at);

-- Few and wide rows, four to a page, the points of a vehicle one after the other.
CREATE TABLE fleet.track (
  id integer PRIMARY KEY,
  vehicle_id integer NOT NULL,
  kind integer NOT NULL,
  labels text[] NOT NULL,
  recorded_at timestamptz NOT NULL,
  points text NOT NULL
);

INSERT INTO fleet.track
SELECT
  i, 1 + i / 20, pg_temp.pick(i, 101, 100), ARRAY['fleet ' || i / 1600, CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END],
  timestamptz '2025-01-01 00:00:00+00' + i * interval '1 hour',
  (SELECT string_agg(md5(i || '/' || n), '') FROM generate_series(1, 55) AS n)
FROM generate_series(1, 8000) AS i
ORDER BY i;

CREATE INDEX track_kind_idx ON fleet.track (kind);
CREATE INDEX track_recorded_idx ON fleet.track (recorded_at);
CREATE INDEX track_labels_idx ON fleet.track USING gin (labels);

CREATE MATERIALIZED VIEW freight.customer_volume AS
SELECT p."customerId" AS customer_id, c.city, count(*) AS parcels, sum(p."weightG")::bigint AS grams
FROM freight."Parcel" AS p
JOIN freight.customer AS c ON c.id = p."customerId"
GROUP BY p."customerId", c.city
ORDER BY p."customerId";

CREATE INDEX customer_volume_customer_idx ON freight.customer_volume (customer_id);

GRANT USAGE ON SCHEMA freight, fleet TO dispatcher;
GRANT SELECT ON ALL TABLES IN SCHEMA freight, fleet TO dispatcher;
