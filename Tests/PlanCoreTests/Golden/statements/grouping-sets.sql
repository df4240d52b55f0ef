-- Grouping sets, hashed and sorted at once.
SELECT st, v, count(*) FROM (SELECT st, amount % 3 AS v FROM orders WHERE amount < 100) o GROUP BY GROUPING SETS ((st), (v), (st, v), ());
