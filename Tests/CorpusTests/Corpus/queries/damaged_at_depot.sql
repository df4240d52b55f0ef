SELECT id, parcel_id, at
FROM freight.scan_event
WHERE depot_id = :depot AND code = 'damaged' AND extract(hour FROM at) = 3
