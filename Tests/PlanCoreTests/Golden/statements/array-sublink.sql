-- ARRAY sublinks read everything, as an InitPlan and as a SubPlan.
SELECT s.id, ARRAY(SELECT d.id FROM dim d WHERE d.id < 10),
  ARRAY(SELECT o.id FROM orders o WHERE o.customer_id = s.id)
FROM small s;
