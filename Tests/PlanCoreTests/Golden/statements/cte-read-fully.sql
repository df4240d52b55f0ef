-- A CTE that is read to the end.
WITH o AS MATERIALIZED (SELECT id, amount FROM orders WHERE st = 2) SELECT count(*) FROM o WHERE amount < 10;
