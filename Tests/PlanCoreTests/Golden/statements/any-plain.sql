-- A plain ANY stops at the first true comparison; Materialize below it keeps the rows for the next.
SELECT s.id FROM small s WHERE s.v = 9 OR s.id < ANY (SELECT f.v FROM fact f WHERE f.dim_id < 20);
