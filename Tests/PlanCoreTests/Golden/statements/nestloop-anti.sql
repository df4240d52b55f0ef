-- An anti join stops its inner side at the first match.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
SELECT c.id FROM customers c WHERE c.region = 3 AND NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id);
