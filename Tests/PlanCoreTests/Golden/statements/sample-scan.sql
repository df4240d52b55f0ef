-- A repeatable sample.
SELECT id FROM orders TABLESAMPLE BERNOULLI (1) REPEATABLE (42) WHERE st = 1;
