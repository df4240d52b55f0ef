-- Equal keys on both sides: the inner Sort repeats rows, the scan below it does not.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
-- set: enable_indexscan = off
-- set: enable_indexonlyscan = off
-- set: enable_bitmapscan = off
-- set: enable_material = off
SELECT a.k, b.k FROM dup_a a JOIN dup_b b ON b.k = a.k;
