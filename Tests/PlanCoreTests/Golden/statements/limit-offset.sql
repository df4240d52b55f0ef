-- OFFSET reads and throws away: the scan has given more rows than the Limit.
SELECT id FROM orders WHERE st = 2 OFFSET 30 LIMIT 5;
