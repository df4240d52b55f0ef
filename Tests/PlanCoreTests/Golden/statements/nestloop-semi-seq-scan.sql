-- A semi join over a sequential scan that only the first rows of each loop were read from.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_material = off
-- set: enable_hashagg = off
-- set: enable_sort = off
SELECT s.id FROM small s WHERE EXISTS (SELECT FROM fact f WHERE f.v = s.v AND f.dim_id < 40);
