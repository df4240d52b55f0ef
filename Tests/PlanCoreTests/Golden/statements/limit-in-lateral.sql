-- A Limit executed once per outer row.
-- set: enable_bitmapscan = off
SELECT s.id, o.id FROM small s CROSS JOIN LATERAL (
  SELECT o.id FROM orders o WHERE o.customer_id = s.id ORDER BY o.id LIMIT 2) o;
