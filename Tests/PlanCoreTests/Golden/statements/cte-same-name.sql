-- Two CTEs of one name in nested scopes: one is read to the end, the other is not.
-- set: enable_bitmapscan = off
WITH x AS MATERIALIZED (SELECT id, amount FROM orders WHERE st = 2)
SELECT (WITH x AS MATERIALIZED (SELECT id FROM customers WHERE region = 4) SELECT id FROM x LIMIT 1), count(*) FROM x;
