-- Merge Append over the partitions' indexes, cut by a LIMIT.
-- writes
-- set: enable_sort = off
-- setup: CREATE INDEX part_k ON part (k, id)
SELECT id, k FROM part WHERE k > 20 ORDER BY k, id LIMIT 20;
