-- MERGE into an inheritance tree: the server's answer is not valid JSON.
-- writes
MERGE INTO inh_p p USING small s ON p.id = s.id
WHEN MATCHED THEN UPDATE SET v = s.v;
