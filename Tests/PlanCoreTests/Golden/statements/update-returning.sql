-- UPDATE with RETURNING and a join.
-- set: enable_bitmapscan = off
-- writes
UPDATE orders o SET note = c.name FROM customers c WHERE c.id = o.customer_id AND c.region = 7 AND o.st = 2 RETURNING o.id;
