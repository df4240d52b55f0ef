-- Group: GROUP BY without an aggregate.
-- set: enable_hashagg = off
SELECT customer_id FROM orders WHERE customer_id < 50 GROUP BY customer_id;
