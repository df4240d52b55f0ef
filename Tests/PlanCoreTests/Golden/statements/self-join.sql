-- A self-join: two aliases of one table.
SELECT a.id, b.id FROM orders a JOIN orders b ON b.customer_id = a.customer_id AND b.id > a.id WHERE a.id = 500;
