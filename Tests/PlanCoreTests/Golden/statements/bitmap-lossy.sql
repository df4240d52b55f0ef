-- Too little work_mem for the bitmap: lossy blocks and rows removed by the recheck.
-- set: work_mem = '64kB'
-- set: enable_seqscan = off
-- set: enable_indexscan = off
SELECT id FROM bm WHERE a < 600 AND id > 100;
