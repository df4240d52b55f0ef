-- A LIMIT over partitions: the first one is begun, the others are never executed.
SELECT id, d FROM part WHERE k < 1000 LIMIT 5;
