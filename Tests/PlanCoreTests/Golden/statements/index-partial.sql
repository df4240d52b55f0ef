-- A partial index: its predicate is in no condition of the plan.
-- set: enable_bitmapscan = off
-- set: enable_seqscan = off
SELECT id FROM orders WHERE st = 4 AND amount BETWEEN 10 AND 12;
