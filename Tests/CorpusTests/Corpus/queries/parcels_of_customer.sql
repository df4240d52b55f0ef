SELECT id, tracking, status, "shippedAt"
FROM freight."Parcel"
WHERE "customerId" = :customer AND "shippedAt" >= :since::timestamptz
ORDER BY "shippedAt" DESC
LIMIT 25
