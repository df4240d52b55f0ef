-- A plain ANY with a reference to the outside, executed for every outer row.
SELECT s.id FROM small s WHERE s.v = 9 OR s.id IN (SELECT f.v + s.v FROM fact f WHERE f.dim_id < 20);
