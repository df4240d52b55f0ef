SELECT e.code, p.status, count(*)
FROM freight.scan_event AS e
JOIN freight."Parcel" AS p ON p.id = e.parcel_id
GROUP BY e.code, p.status
