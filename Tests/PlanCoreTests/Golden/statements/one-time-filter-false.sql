-- A condition that is false at plan time: a Result alone.
SELECT id FROM orders WHERE 1 = 2;
