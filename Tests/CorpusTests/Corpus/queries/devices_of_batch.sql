SELECT v.id, v.serial, d.name
FROM fleet.device AS v
JOIN freight.depot AS d ON d.id = v.depot_id
WHERE v.id BETWEEN 100 AND 140
