-- Semi by merge: no row is read again, the inner side ends with the outer.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
-- set: enable_hashagg = off
SELECT a.id FROM mj_a a WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = a.id);
