-- A semi join whose outer relation is hashed, where the server can (Right Semi, 18).
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
-- set: enable_hashagg = off
-- set: enable_sort = off
-- set: work_mem = '64kB'
SELECT s.id FROM small s WHERE EXISTS (SELECT FROM fact f WHERE f.v = s.id);
