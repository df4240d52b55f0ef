-- A list of values.
SELECT v.column1, s.v FROM (VALUES (1), (2), (3), (99)) v LEFT JOIN small s ON s.id = v.column1;
