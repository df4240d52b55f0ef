-- Every process builds its own hash table: the inner side is not partial.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = '2MB'
-- set: enable_parallel_hash = off
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.amount < 50 AND c.region < 25;
