-- A parallel index scan.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
-- set: enable_seqscan = off
-- set: enable_bitmapscan = off
SELECT id, st FROM orders WHERE id < 60000 AND amount < 100;
