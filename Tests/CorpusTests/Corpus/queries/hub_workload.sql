SELECT d.id, (SELECT count(*) FROM freight.scan_event AS e WHERE e.depot_id = d.id AND e.code = 'damaged') AS damaged
FROM freight.depot AS d
WHERE d.kind <> 'locker'
