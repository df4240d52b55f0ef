-- One table in two sub-selects and outside: generated aliases.
SELECT count(*) FROM small, (SELECT id FROM small WHERE v = 1 OFFSET 0) x, (SELECT id FROM small WHERE v = 2 OFFSET 0) y
WHERE x.id < y.id AND small.id = x.id;
