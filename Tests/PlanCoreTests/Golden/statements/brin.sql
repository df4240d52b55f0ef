-- BRIN: actual and estimated rows of the index scan are invented, the heap scan counts.
SELECT id FROM brin_log WHERE at BETWEEN 1000 AND 1500;
