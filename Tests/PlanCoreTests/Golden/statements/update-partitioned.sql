-- UPDATE of a partitioned table.
-- writes
UPDATE part SET k = k + 1 WHERE k = 26;
