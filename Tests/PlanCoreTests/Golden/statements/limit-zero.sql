-- LIMIT 0: the scan is never executed.
SELECT id FROM orders LIMIT 0;
