-- FOR UPDATE.
-- writes
SELECT id FROM orders WHERE customer_id = 77 FOR UPDATE;
