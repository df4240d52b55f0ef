-- A sorted EXCEPT under a LIMIT.
-- set: enable_hashagg = off
SELECT id FROM mj_b EXCEPT SELECT id FROM mj_a LIMIT 3;
