-- The database behind the golden EXPLAIN corpus. Every value comes from arithmetic on the row number, and no table has
-- more than 300 000 rows, so that ANALYZE with a statistics target of 1000 reads all of them: same plans every time.

CREATE TABLE customers (id int PRIMARY KEY, region int NOT NULL, name text NOT NULL, joined date NOT NULL);
INSERT INTO customers
SELECT i, i % 50, 'customer ' || i, date '2020-01-01' + i % 1000 FROM generate_series(1, 10000) i;
CREATE INDEX customers_region ON customers (region);

-- Customers above 9000 have no order. "st" and "grade" are one column written twice: the planner multiplies them.
CREATE TABLE orders (
  id int PRIMARY KEY, customer_id int NOT NULL, st int NOT NULL, grade int NOT NULL, amount int NOT NULL,
  created date NOT NULL, note text
);
INSERT INTO orders
SELECT i, 1 + i * 7919::bigint % 9000, i % 100 / 20, i % 100 / 20, (i * 7919::bigint + i / 1000) % 1000, date '2024-01-01' + i % 366,
       CASE WHEN i % 10 = 0 THEN 'note ' || i % 97 END
FROM generate_series(1, 100000) i;
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE INDEX orders_created ON orders (created);
CREATE INDEX orders_amount_st4 ON orders (amount) WHERE st = 4;

CREATE TABLE items (id int PRIMARY KEY, order_id int NOT NULL, product_id int NOT NULL, qty int NOT NULL);
INSERT INTO items
SELECT i, 1 + i * 7::bigint % 100000, i * 13::bigint % 500, 1 + i % 5 FROM generate_series(1, 300000) i;
CREATE INDEX items_order_id ON items (order_id);

-- "a" and "b" are equal, "c" is independent of them.
CREATE TABLE bm (id int NOT NULL, a int NOT NULL, b int NOT NULL, c int NOT NULL);
INSERT INTO bm SELECT i, i % 1000, i % 1000, i * 17::bigint % 997 FROM generate_series(1, 300000) i;
CREATE INDEX bm_a ON bm (a);
CREATE INDEX bm_b ON bm (b);
CREATE INDEX bm_c ON bm (c);

CREATE TABLE dim (id int PRIMARY KEY, label text NOT NULL);
INSERT INTO dim SELECT i, 'dim ' || i FROM generate_series(1, 100) i;
CREATE TABLE fact (id int NOT NULL, dim_id int NOT NULL, v int NOT NULL);
INSERT INTO fact SELECT i, 1 + i * 37::bigint % 50, i % 250 FROM generate_series(1, 50000) i;

CREATE TABLE part (id int NOT NULL, d date NOT NULL, k int NOT NULL) PARTITION BY RANGE (d);
CREATE TABLE part_2024q1 PARTITION OF part FOR VALUES FROM ('2024-01-01') TO ('2024-04-01');
CREATE TABLE part_2024q2 PARTITION OF part FOR VALUES FROM ('2024-04-01') TO ('2024-07-01');
CREATE TABLE part_2024q3 PARTITION OF part FOR VALUES FROM ('2024-07-01') TO ('2024-10-01');
CREATE TABLE part_2024q4 PARTITION OF part FOR VALUES FROM ('2024-10-01') TO ('2025-01-01');
INSERT INTO part SELECT i, date '2024-01-01' + i % 366, i * 13::bigint % 2000 FROM generate_series(1, 40000) i;
CREATE INDEX part_d ON part (d);

CREATE TABLE small (id int PRIMARY KEY, v int NOT NULL);
INSERT INTO small SELECT i, i % 4 FROM generate_series(1, 20) i;

CREATE TABLE nothing (id int PRIMARY KEY, v int);

CREATE TABLE inh_p (id int NOT NULL, v int NOT NULL);
CREATE TABLE inh_c1 (extra1 int) INHERITS (inh_p);
CREATE TABLE inh_c2 (extra2 int) INHERITS (inh_p);
INSERT INTO inh_p SELECT i, i % 10 FROM generate_series(1, 1000) i;
INSERT INTO inh_c1 SELECT i, i % 10, i FROM generate_series(1001, 3000) i;
INSERT INTO inh_c2 SELECT i, i % 10, i FROM generate_series(3001, 6000) i;

CREATE TABLE mj_a (id int PRIMARY KEY, v int NOT NULL);
INSERT INTO mj_a SELECT i, i % 7 FROM generate_series(1, 1000) i;
CREATE TABLE mj_b (id int PRIMARY KEY, v int NOT NULL);
INSERT INTO mj_b SELECT i, i % 7 FROM generate_series(1, 100000) i;

-- A thousand values, ten rows each.
CREATE TABLE dup_a (k int NOT NULL);
INSERT INTO dup_a SELECT i % 1000 FROM generate_series(1, 10000) i;
CREATE INDEX dup_a_k ON dup_a (k);
CREATE TABLE dup_b (k int NOT NULL);
INSERT INTO dup_b SELECT i % 1000 FROM generate_series(1, 10000) i;
CREATE INDEX dup_b_k ON dup_b (k);

CREATE TABLE brin_log (id int NOT NULL, at int NOT NULL, filler text NOT NULL);
INSERT INTO brin_log SELECT i, i / 2, repeat('x', 40) FROM generate_series(1, 100000) i;
CREATE INDEX brin_log_at ON brin_log USING brin (at) WITH (pages_per_range = 16);

CREATE TABLE places (id int NOT NULL, at point NOT NULL);
INSERT INTO places SELECT i, point(i % 100, i / 100) FROM generate_series(1, 5000) i;
CREATE INDEX places_at ON places USING gist (at);

-- A foreign key without an index on the referencing column.
CREATE TABLE tickets (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers ON DELETE CASCADE);
INSERT INTO tickets SELECT i, 9001 + i % 500 FROM generate_series(1, 2000) i;

-- The same table name in a second schema.
CREATE SCHEMA archive;
CREATE TABLE archive.orders (id int PRIMARY KEY, customer_id int NOT NULL, st int NOT NULL);
INSERT INTO archive.orders SELECT i, i % 100, i % 5 FROM generate_series(1, 500) i;

CREATE VIEW open_orders AS SELECT id, customer_id, amount FROM orders WHERE st = 4;

-- Names that have to be quoted: space, upper case, double quote, line feed, not ASCII, a keyword.
CREATE SCHEMA "Odd Schema";
CREATE TABLE "Odd Schema"."Bestellung ""größe""
zweite Zeile 表" ("Id" int PRIMARY KEY, "väl ue" int NOT NULL, "select" text);
INSERT INTO "Odd Schema"."Bestellung ""größe""
zweite Zeile 表"
SELECT i, i % 40, 'it''s ' || i % 3 FROM generate_series(1, 2000) i;

CREATE TABLE ruled (id int NOT NULL);
CREATE TABLE ruled_log (id int NOT NULL);
CREATE TABLE ruled_off (id int NOT NULL);
CREATE RULE ruled_also AS ON INSERT TO ruled DO ALSO INSERT INTO ruled_log VALUES (new.id);
CREATE RULE ruled_nothing AS ON INSERT TO ruled_off DO INSTEAD NOTHING;

CREATE MATERIALIZED VIEW order_totals AS SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id;
