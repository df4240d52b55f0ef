-- A sort on disk.
-- set: work_mem = '64kB'
SELECT id FROM orders WHERE st = 1 ORDER BY amount, id;
