-- A row by its address.
SELECT id FROM orders WHERE ctid = '(0,1)';
