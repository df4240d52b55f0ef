-- MERGE into a partitioned table: the server's answer is not valid JSON.
-- writes
MERGE INTO part p USING small s ON p.id = s.id AND s.v < 2
WHEN MATCHED AND s.v = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET k = 0;
