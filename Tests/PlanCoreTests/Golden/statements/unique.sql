-- DISTINCT by Unique over an index, under a LIMIT.
-- set: enable_hashagg = off
SELECT DISTINCT customer_id FROM orders LIMIT 4;
