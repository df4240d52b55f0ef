-- A table without statistics: the estimate comes from its size.
-- setup: CREATE TEMP TABLE basket AS SELECT i AS id, i % 3 AS v FROM generate_series(1, 30000) i
SELECT id FROM basket WHERE v = 1;
