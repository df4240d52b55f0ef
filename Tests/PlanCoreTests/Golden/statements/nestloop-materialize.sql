-- Materialize is rescanned for each outer row: more loops than its child.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
SELECT s.id, d.id FROM small s JOIN dim d ON d.id > s.id * 4 WHERE d.id BETWEEN 20 AND 70;
