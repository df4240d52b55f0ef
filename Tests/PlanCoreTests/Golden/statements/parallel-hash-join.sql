-- A parallel hash join: both sides are partial.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
SELECT o.id, i.qty FROM orders o JOIN items i ON i.order_id = o.id WHERE o.st = 1 AND i.qty = 2;
