-- A parallel sequential scan: estimate and rows are per process.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
SELECT id FROM orders WHERE amount < 10;
