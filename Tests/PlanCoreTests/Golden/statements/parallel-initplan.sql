-- An InitPlan whose value the workers use.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = '1MB'
SELECT id FROM orders WHERE amount = (SELECT max(v) FROM small);
