INSERT INTO "Customer" ("email") SELECT 'c' || n || '@example.com' FROM generate_series(1, 1500) AS n;
INSERT INTO "Order" ("customerId", "status", "totalCents", "createdAt")
SELECT 1 + n % 1500, (CASE WHEN n % 40 = 0 THEN 'OPEN' ELSE 'PAID' END)::"Status", n % 9000,
  timestamp '2024-01-01' + n * interval '7 minutes'
FROM generate_series(1, 25000) AS n;
