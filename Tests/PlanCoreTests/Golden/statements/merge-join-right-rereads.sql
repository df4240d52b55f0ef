-- Right with equal keys on both sides: the inner side is read to the end, and some of it again.
-- set: enable_hashjoin = off
-- set: enable_nestloop = off
-- set: enable_material = off
SELECT o.customer_id, d.k FROM orders o LEFT JOIN dup_a d ON d.k = o.customer_id;
