-- BitmapOr shows no rows of its own.
SELECT id FROM bm WHERE a = 3 OR c = 4;
