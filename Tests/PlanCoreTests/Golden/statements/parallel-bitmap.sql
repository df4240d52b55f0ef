-- A parallel bitmap heap scan over a bitmap that one process builds.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- set: min_parallel_index_scan_size = 0
-- set: enable_seqscan = off
-- set: enable_indexscan = off
SELECT id FROM bm WHERE a < 100 AND id > 1000;
