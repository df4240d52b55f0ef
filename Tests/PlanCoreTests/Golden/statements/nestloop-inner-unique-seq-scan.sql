-- Inner unique over a sequential scan: it stops at the row it found.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_memoize = off
-- set: enable_material = off
-- set: enable_indexscan = off
-- set: enable_indexonlyscan = off
-- set: enable_bitmapscan = off
SELECT f.id, d.label FROM fact f JOIN dim d ON d.id = f.dim_id WHERE f.v = 7 AND f.id < 2000;
