-- No permitted alternative: a cost of 1e10 up to 17, "Disabled" from 18.
-- set: enable_seqscan = off
SELECT id FROM fact WHERE v = 3;
