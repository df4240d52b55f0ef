SELECT count(*)
FROM freight."Parcel" AS p
WHERE p."shippedAt" >= timestamptz '2025-10-20 00:00:00+00'
  AND p.id NOT IN (SELECT parcel_id FROM freight.scan_event WHERE depot_id > 1500)
