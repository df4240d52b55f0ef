-- DISTINCT over a constant: from 16 a Limit that the statement does not have.
SELECT DISTINCT st FROM orders WHERE st = 2;
