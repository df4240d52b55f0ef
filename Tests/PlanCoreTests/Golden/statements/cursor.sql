-- A cursor: the whole query runs, planned for the first tenth of the rows.
DECLARE c CURSOR FOR SELECT id FROM orders WHERE st = 2 ORDER BY id;
