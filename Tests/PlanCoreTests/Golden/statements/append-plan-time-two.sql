-- Pruned by the planner to two partitions.
-- set: enable_bitmapscan = off
SELECT id FROM part WHERE d BETWEEN '2024-06-28' AND '2024-07-02';
