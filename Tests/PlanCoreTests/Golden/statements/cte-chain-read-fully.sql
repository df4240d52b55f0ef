-- A CTE that reads another, both to the end.
WITH a AS MATERIALIZED (SELECT id, amount FROM orders WHERE st = 2),
  b AS MATERIALIZED (SELECT id FROM a WHERE amount < 500)
SELECT count(*) FROM b;
