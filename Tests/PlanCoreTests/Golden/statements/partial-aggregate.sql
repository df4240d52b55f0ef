-- Every worker may meet every group: the partial aggregate has no count to judge.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
SELECT amount, count(*) FROM orders WHERE st < 3 GROUP BY amount;
