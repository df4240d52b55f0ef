SELECT t.zone, count(*) AS parcels, sum(t.cents) AS cents
FROM freight."Parcel" AS p
JOIN freight.tariff AS t ON t.weight @> p."weightG"
WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00' AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
GROUP BY t.zone
