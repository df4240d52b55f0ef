SELECT d.id, d.name, count(e.id) AS scans
FROM freight.depot AS d
LEFT JOIN freight.scan_event AS e ON e.depot_id = d.id AND e.code = 'damaged'
GROUP BY d.id, d.name
