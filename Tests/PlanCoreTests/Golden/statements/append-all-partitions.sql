-- All partitions read; the alias is the parent's with a number.
SELECT id FROM part p WHERE k = 13;
