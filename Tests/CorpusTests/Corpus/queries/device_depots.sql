SELECT d.kind, count(*)
FROM fleet.device AS v
JOIN freight.depot AS d ON d.id = v.depot_id
GROUP BY d.kind
