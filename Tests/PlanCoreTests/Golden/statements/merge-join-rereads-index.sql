-- Equal keys on both sides, nothing between: the inner index scan shows more rows than the table has.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
-- set: enable_material = off
-- set: enable_sort = off
SELECT a.k, b.k FROM dup_a a JOIN dup_b b ON b.k = a.k;
