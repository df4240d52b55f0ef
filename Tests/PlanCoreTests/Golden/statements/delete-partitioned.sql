-- DELETE from a partitioned table, pruned to two partitions.
-- set: enable_bitmapscan = off
-- writes
DELETE FROM part WHERE d BETWEEN '2024-06-28' AND '2024-07-02' AND k < 1000;
