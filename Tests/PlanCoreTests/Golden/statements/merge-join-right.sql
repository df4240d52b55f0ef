-- Right: the inner side is read to the end.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
-- set: enable_sort = off
SELECT b.id, d.k FROM mj_b b LEFT JOIN (SELECT k FROM dup_a UNION ALL SELECT k FROM dup_b) d ON d.k = b.id;
