-- INSERT with RETURNING: ModifyTable repeats its input.
-- writes
INSERT INTO nothing SELECT id, v FROM small WHERE v < 2 RETURNING id;
