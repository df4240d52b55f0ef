-- INTERSECT ALL by sort.
-- set: enable_hashagg = off
SELECT v FROM small INTERSECT ALL SELECT v FROM mj_a WHERE v > 1;
