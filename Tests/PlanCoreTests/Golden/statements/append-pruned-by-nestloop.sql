-- Pruned for each outer row: members have different loops.
-- set: enable_bitmapscan = off
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_memoize = off
SELECT s.id, p.id FROM (SELECT id, date '2024-06-20' + id AS d FROM small) s JOIN part p ON p.d = s.d;
