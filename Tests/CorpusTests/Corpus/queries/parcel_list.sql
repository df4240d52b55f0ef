SELECT id, tracking, note
FROM freight."Parcel"
WHERE "shippedAt" >= timestamptz '2025-02-01 00:00:00+00' AND "shippedAt" < timestamptz '2025-07-01 00:00:00+00'
ORDER BY note, id
