-- Anti by merge: the outer side is read to the end.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id);
