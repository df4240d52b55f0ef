-- A merge join ends with its shorter side: the longer one is read to 1001 of 100000 rows.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
SELECT a.id, b.v FROM mj_a a JOIN mj_b b ON b.id = a.id;
