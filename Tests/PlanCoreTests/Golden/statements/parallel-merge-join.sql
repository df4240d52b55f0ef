-- A merge join below Gather: the outer side is partial.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
SELECT a.id, b.v FROM mj_a a JOIN mj_b b ON b.id = a.id;
