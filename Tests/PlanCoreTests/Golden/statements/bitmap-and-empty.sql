-- BitmapAnd stops when the bitmap is empty: the last member is never executed.
-- set: enable_seqscan = off
-- set: enable_indexscan = off
SELECT id FROM bm WHERE a < 30 AND b > 970 AND c < 30;
