-- A data-modifying CTE runs to completion although the LIMIT takes one row.
-- writes
WITH gone AS (DELETE FROM small WHERE v = 1 RETURNING id) SELECT id FROM gone LIMIT 1;
