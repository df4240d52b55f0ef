-- An EXISTS in an OR that became a hashed SubPlan and reads everything.
SELECT c.id FROM customers c WHERE c.region = 3 OR EXISTS (SELECT FROM orders o WHERE o.st = 2 AND o.customer_id = c.id);
