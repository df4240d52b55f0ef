-- An index scan ordered by distance, under a LIMIT.
SELECT id FROM places ORDER BY at <-> point(50, 20) LIMIT 3;
