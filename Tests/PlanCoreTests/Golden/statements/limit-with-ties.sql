-- WITH TIES reads on after the limit until the sort key changes.
SELECT id, customer_id FROM orders ORDER BY customer_id FETCH FIRST 5 ROWS WITH TIES;
