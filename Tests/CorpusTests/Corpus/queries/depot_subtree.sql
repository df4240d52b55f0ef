WITH RECURSIVE subtree AS (
  SELECT id, parent_id, 1 AS depth FROM freight.depot WHERE id = $1
  UNION ALL
  SELECT d.id, d.parent_id, s.depth + 1 FROM subtree AS s JOIN freight.depot AS d ON d.parent_id = s.id
)
SELECT count(*), max(depth) FROM subtree
