-- A Gather inside a SubPlan that is executed once per outer row.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = '1MB'
SELECT s.id, (SELECT count(*) + s.id FROM orders o WHERE o.amount < 100) FROM small s WHERE s.id <= 4;
