-- A temporary table.
-- setup: CREATE TEMP TABLE basket AS SELECT i AS id, i % 3 AS v FROM generate_series(1, 300) i
-- setup: ANALYZE basket
SELECT b.id FROM basket b WHERE b.v = 1;
