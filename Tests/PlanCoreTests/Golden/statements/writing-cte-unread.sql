-- A data-modifying CTE that nobody reads.
-- writes
WITH gone AS (DELETE FROM small WHERE v = 1) SELECT id FROM dim WHERE id < 5;
