-- Left with an empty hash table: the outer side is read to the end.
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON c.id = o.customer_id AND c.name = 'nobody';
