-- A hash join in several batches, with temporary blocks.
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
-- set: work_mem = '64kB'
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.st = 1;
