-- Incremental Sort over an index.
SELECT id, created, amount FROM orders ORDER BY created, amount LIMIT 400;
