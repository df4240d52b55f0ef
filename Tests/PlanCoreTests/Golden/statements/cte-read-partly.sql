-- A CTE is filled on demand: a LIMIT stops it too.
WITH o AS MATERIALIZED (SELECT id, amount FROM orders WHERE st = 2) SELECT id FROM o LIMIT 5;
