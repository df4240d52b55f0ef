-- BitmapAnd shows no rows of its own.
-- set: enable_seqscan = off
SELECT id FROM bm WHERE a < 60 AND c < 60;
