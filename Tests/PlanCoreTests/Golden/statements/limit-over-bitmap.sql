-- Under a LIMIT the bitmap is still built completely; the heap scan stops.
-- set: enable_seqscan = off
-- set: enable_indexscan = off
SELECT id FROM bm WHERE a < 300 LIMIT 5;
