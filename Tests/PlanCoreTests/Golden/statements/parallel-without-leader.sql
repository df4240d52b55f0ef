-- The leader does not take part: the divisor is the number of workers.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
-- set: parallel_leader_participation = off
SELECT id FROM orders WHERE amount < 10;
