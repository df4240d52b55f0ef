-- A semi join stops its inner side at the first match.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_hashagg = off
-- set: enable_sort = off
SELECT c.id FROM customers c WHERE c.region = 3 AND EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id);
