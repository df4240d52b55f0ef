SELECT "status", sum("totalCents") AS "cents" FROM "Order" GROUP BY "status" ORDER BY "status"
