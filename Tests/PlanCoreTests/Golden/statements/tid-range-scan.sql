-- Rows by a range of addresses.
SELECT id FROM orders WHERE ctid < '(2,0)';
