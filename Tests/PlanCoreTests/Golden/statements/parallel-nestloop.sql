-- The inner side of a parallel nested loop is executed by every process for its own outer rows.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_memoize = off
SELECT o.id, i.id FROM orders o JOIN items i ON i.order_id = o.id WHERE o.amount = 7;
