-- MERGE into a plain table.
-- writes
MERGE INTO small s USING dim d ON d.id = s.id AND d.id < 30
WHEN MATCHED AND s.v = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET v = 7
WHEN NOT MATCHED AND d.id < 25 THEN INSERT VALUES (d.id, 1);
