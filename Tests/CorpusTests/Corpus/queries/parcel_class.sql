SELECT t.cents, count(*) AS parcels
FROM freight."Parcel" AS p
JOIN freight.tariff AS t ON t.id = 3 * (p."weightG" / 450)
WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00' AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
GROUP BY t.cents
