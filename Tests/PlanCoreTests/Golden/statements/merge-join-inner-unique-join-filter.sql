-- Inner unique, but with a join filter: rows may be read again.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
-- set: enable_material = off
SELECT d.k, a.v FROM dup_a d JOIN mj_a a ON a.id = d.k AND a.v + d.k > 3;
