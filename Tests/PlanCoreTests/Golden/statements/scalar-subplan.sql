-- A scalar sublink is executed once per outer row.
SELECT s.id, (SELECT max(o.amount) FROM orders o WHERE o.customer_id = s.id) FROM small s;
