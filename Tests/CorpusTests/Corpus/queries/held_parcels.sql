SELECT p.tracking, p."shippedAt", c.name, c.email
FROM freight."Parcel" AS p
JOIN freight.customer AS c ON c.id = p."customerId"
WHERE p.status = 'held' AND p."shippedAt" >= timestamptz '2025-10-01 00:00:00+00'
