-- Pruned by the planner to one partition: no Append, the scan has the parent's alias.
SELECT id FROM part WHERE d = '2024-05-01';
