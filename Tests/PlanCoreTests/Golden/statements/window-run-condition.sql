-- A Run Condition stops the window, and the scan below it.
SELECT id, rn FROM (SELECT id, row_number() OVER (ORDER BY id) AS rn FROM orders) o WHERE rn <= 5;
