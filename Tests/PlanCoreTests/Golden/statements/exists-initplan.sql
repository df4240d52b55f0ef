-- An EXISTS without reference to the outside is an InitPlan that stops after one row.
SELECT id FROM small WHERE EXISTS (SELECT FROM orders WHERE st = 2);
