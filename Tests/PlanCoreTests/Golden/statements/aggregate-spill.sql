-- A hashed aggregate that spills to disk.
-- set: work_mem = '64kB'
-- set: enable_sort = off
-- set: enable_indexscan = off
-- set: enable_indexonlyscan = off
-- set: enable_bitmapscan = off
SELECT customer_id, count(*) FROM orders GROUP BY customer_id;
