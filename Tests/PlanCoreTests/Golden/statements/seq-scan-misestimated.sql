-- Two conditions that are one: 20000 rows where 4000 were expected.
SELECT id, note FROM orders WHERE st = 1 AND grade = 1;
