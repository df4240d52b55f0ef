-- A LIMIT that is reached: the scan below it stops, its rows and its removed rows are a beginning only.
SELECT id, amount FROM orders WHERE amount = 7 LIMIT 10;
