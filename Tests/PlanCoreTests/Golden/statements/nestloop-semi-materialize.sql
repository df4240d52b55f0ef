-- Materialize below a semi join: fewer rows than its child on average.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_hashagg = off
-- set: enable_sort = off
SELECT s.id FROM small s WHERE s.id < 4 AND EXISTS (SELECT FROM small t WHERE t.id > s.v * 5 AND t.v < 3);
