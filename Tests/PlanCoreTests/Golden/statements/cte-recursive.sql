-- A recursive CTE: the estimates are a fixed factor.
WITH RECURSIVE r (id, n) AS (
  SELECT id, 1 FROM small WHERE id = 1
  UNION ALL
  SELECT s.id, r.n + 1 FROM r JOIN small s ON s.id = r.id + 1)
SELECT * FROM r;
