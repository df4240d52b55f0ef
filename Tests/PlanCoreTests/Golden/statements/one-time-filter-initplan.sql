-- A Result with a One-Time Filter that is false at run time: the scan is never executed.
SELECT id FROM orders WHERE (SELECT count(*) > 5 FROM small WHERE v = 9);
