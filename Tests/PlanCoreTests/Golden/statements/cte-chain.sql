-- A CTE that reads another: the LIMIT stops both, each through its own scan.
WITH a AS MATERIALIZED (SELECT id, amount FROM orders WHERE st = 2),
  b AS MATERIALIZED (SELECT id FROM a WHERE amount < 500)
SELECT id FROM b LIMIT 5;
