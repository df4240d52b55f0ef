-- Inner unique: at most one row a loop, and the executor looks no further.
-- set: enable_hashjoin = off
-- set: enable_mergejoin = off
-- set: enable_memoize = off
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.amount = 5 AND o.st = 0;
