-- A hashed aggregate drains its input although the Limit takes three groups.
-- set: enable_sort = off
SELECT amount, count(*) FROM orders WHERE st = 3 GROUP BY amount LIMIT 3;
