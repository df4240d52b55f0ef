-- Inner with an empty hash table: the outer side has given one row at most.
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.name = 'nobody';
