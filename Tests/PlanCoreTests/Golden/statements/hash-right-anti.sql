-- An anti join whose outer relation is hashed, where the server can (Right Anti, 16).
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
SELECT c.id FROM customers c WHERE c.region = 49 AND NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id);
