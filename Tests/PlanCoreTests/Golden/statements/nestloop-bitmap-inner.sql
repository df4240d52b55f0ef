-- A bitmap heap scan as inner side: rows are averages, block counts are totals.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_indexscan = off
-- set: enable_memoize = off
SELECT d.id, b.id FROM dim d JOIN bm b ON b.a = d.id WHERE b.c < 500;
