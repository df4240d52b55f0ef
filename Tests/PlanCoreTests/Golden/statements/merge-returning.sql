-- MERGE with RETURNING.
-- writes
-- since: 17
MERGE INTO small s USING dim d ON d.id = s.id AND d.id < 30
WHEN MATCHED THEN UPDATE SET v = 7
RETURNING s.id;
