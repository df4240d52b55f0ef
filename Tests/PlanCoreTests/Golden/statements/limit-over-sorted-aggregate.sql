-- A sorted aggregate streams: the index scan below it stops with the Limit.
-- set: enable_hashagg = off
SELECT customer_id, count(*) FROM orders GROUP BY customer_id LIMIT 3;
