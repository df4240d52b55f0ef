-- An EXISTS in an OR stays a SubPlan and stops after one row.
SELECT s.id FROM small s WHERE s.v = 9 OR EXISTS (SELECT FROM orders o WHERE o.st = 2 AND o.amount > s.id * 40);
