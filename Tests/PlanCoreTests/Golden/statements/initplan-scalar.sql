-- A scalar InitPlan used in an index condition.
SELECT id FROM orders WHERE customer_id = (SELECT max(v) FROM small);
