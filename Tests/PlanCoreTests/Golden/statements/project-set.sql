-- A set-returning function in the select list.
SELECT s.id, generate_series(1, s.v) FROM small s;
