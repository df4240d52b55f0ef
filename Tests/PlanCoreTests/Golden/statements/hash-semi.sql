-- A hashed semi join reads both sides to the end.
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
-- set: enable_hashagg = off
-- set: enable_sort = off
SELECT d.id FROM dim d WHERE EXISTS (SELECT FROM small s WHERE s.v * 10 = d.id);
