-- The hash side is built again for each outer row and is empty for the first: the other side gave one row in that
-- loop, and the average over its loops is half of the truth.
-- set: enable_mergejoin = off
-- set: enable_memoize = off
SELECT s.id, x.n FROM small s CROSS JOIN LATERAL (
  SELECT count(*) AS n FROM fact f JOIN dim d ON d.id = f.dim_id WHERE d.id < (s.id - 1) * 30 AND f.v < 200) x
WHERE s.id < 3;
