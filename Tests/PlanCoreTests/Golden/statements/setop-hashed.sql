-- EXCEPT by hash.
-- set: enable_sort = off
SELECT v FROM small EXCEPT SELECT v FROM mj_a WHERE v > 1;
