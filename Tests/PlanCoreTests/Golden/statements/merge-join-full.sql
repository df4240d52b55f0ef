-- Full: both sides are read to the end.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
SELECT a.id, b.id FROM mj_a a FULL JOIN mj_b b ON b.id = a.id;
