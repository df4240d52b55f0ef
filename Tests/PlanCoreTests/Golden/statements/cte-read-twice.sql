-- Read twice, once partly and once to the end: complete.
WITH o AS (SELECT id, amount FROM orders WHERE st = 2)
(SELECT id FROM o LIMIT 5) UNION ALL (SELECT id FROM o WHERE amount = 3);
