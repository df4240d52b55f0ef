-- The same, with the outer one partly read and the inner one to the end.
-- set: enable_bitmapscan = off
WITH x AS MATERIALIZED (SELECT id, amount FROM orders WHERE st = 2)
SELECT (WITH x AS MATERIALIZED (SELECT id FROM customers WHERE region = 4) SELECT count(*) FROM x), id FROM x LIMIT 5;
