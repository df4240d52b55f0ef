-- @param {Int} $1:customerId
-- @param {Int} $2:limit
SELECT "id", "status", "totalCents" FROM "Order" WHERE "customerId" = $1 ORDER BY "createdAt" DESC LIMIT $2;
