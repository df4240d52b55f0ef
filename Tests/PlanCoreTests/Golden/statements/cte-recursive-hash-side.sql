-- The hash side is built again for each round and is empty in the last: the outer side is not read then.
-- set: enable_nestloop = off
-- set: enable_mergejoin = off
WITH RECURSIVE r (id, n) AS (
  SELECT 1, 1
  UNION ALL
  SELECT f.id, r.n + 1 FROM r JOIN fact f ON f.id = r.id + 1 WHERE r.n < 4)
SELECT * FROM r;
