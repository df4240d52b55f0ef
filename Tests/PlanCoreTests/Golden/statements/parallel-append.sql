-- Parallel Append: a member's loops are the processes that touched it.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
SELECT id FROM part WHERE k < 1000;
