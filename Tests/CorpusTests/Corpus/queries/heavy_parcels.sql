SELECT id, tracking, "weightG"
FROM freight."Parcel"
WHERE "shippedAt" >= timestamptz '2025-01-05 00:00:00+00' AND "shippedAt" < timestamptz '2025-03-30 00:00:00+00'
  AND "weightG" > 88900
