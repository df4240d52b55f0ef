SELECT d.name, parent.name AS parent_name
FROM freight.depot AS d
JOIN freight.depot AS parent ON parent.id = d.parent_id
WHERE d."geoCode" = $1
