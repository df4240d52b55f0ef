-- Gather Merge over sorts; its estimate is wrong by construction up to 17.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
SELECT id, amount FROM orders WHERE st = 1 ORDER BY amount, id;
