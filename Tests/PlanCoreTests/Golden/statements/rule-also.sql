-- A DO ALSO rule: two statement objects.
-- writes
INSERT INTO ruled SELECT id FROM small WHERE v = 1;
