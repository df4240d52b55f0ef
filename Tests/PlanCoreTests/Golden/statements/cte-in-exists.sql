-- A CTE read inside an EXISTS: partly.
WITH o AS MATERIALIZED (SELECT id, amount FROM orders WHERE st = 2)
SELECT s.id FROM small s WHERE s.v = 9 OR EXISTS (SELECT FROM o WHERE o.amount > s.id);
