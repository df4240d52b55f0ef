-- The statement's identifier.
-- set: compute_query_id = on
SELECT id FROM small WHERE v = 1;
