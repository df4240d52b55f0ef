-- A Run Condition with partitions: each is read to its end.
SELECT id, rn FROM (SELECT id, row_number() OVER (PARTITION BY st ORDER BY id) AS rn FROM orders WHERE amount < 100) o WHERE rn <= 2;
