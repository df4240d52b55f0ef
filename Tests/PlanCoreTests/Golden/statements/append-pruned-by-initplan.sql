-- Pruned while running: members that are never executed, an estimate that counts them.
-- set: enable_bitmapscan = off
SELECT id FROM part WHERE d = (SELECT date '2024-05-01' + max(v) FROM small);
