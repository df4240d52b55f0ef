-- Right with an empty hash table.
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
SELECT c.id, o.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE c.name = 'nobody';
