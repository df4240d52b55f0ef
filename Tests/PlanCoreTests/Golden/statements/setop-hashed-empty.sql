-- EXCEPT by hash with an empty left side.
-- set: enable_sort = off
SELECT v FROM small WHERE v > 100 EXCEPT SELECT v FROM mj_a WHERE v > 1;
