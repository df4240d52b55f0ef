-- The limit is an InitPlan: unknown to the planner, so the estimate proves nothing.
SELECT id FROM orders WHERE st = 2 LIMIT (SELECT min(v) + 4 FROM small);
