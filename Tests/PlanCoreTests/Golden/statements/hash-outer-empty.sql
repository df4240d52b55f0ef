-- An empty outer side: the hash table is never built.
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id + 0 = -1;
