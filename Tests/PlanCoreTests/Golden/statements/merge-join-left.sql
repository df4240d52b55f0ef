-- Left: the outer side is read to the end, the inner one is not.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
SELECT b.id, a.v FROM mj_b b LEFT JOIN mj_a a ON a.id = b.id;
