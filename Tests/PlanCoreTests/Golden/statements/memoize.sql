-- Memoize: its loops are the look-ups, the loops of its child the misses.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
SELECT f.id, d.label FROM fact f JOIN dim d ON d.id = f.dim_id;
