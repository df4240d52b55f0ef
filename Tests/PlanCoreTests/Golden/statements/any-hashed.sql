-- A hashed ANY reads its SubPlan to the end.
SELECT id FROM orders WHERE amount = 7 OR customer_id IN (SELECT c.id FROM customers c WHERE c.region = 3);
