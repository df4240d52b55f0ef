-- A DO INSTEAD NOTHING rule: an empty array.
-- writes
INSERT INTO ruled_off SELECT id FROM small;
