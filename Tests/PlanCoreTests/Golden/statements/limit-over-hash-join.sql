-- Under a LIMIT the hash side is still read to the end, the outer side is not.
-- set: enable_bitmapscan = off
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.region = 3 LIMIT 5;
