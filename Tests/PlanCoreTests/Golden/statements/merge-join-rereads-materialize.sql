-- Equal keys on both sides: Materialize repeats rows, the scan below it does not.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
SELECT a.k, b.k FROM dup_a a JOIN dup_b b ON b.k = a.k;
