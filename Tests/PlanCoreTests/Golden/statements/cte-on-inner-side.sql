-- A CTE scan rescanned by a nested loop.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_material = off
WITH d AS MATERIALIZED (SELECT id FROM dim WHERE id < 60)
SELECT s.id, d.id FROM small s LEFT JOIN d ON d.id < s.id;
