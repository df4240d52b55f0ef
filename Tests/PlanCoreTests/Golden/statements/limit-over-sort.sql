-- A top-N sort drains its input: the scan below Limit and Sort is complete.
SELECT id, amount FROM orders WHERE st = 1 ORDER BY amount DESC, id LIMIT 10;
