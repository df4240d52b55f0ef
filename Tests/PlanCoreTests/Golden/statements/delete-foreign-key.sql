-- DELETE that fires a foreign key's cascade: the search in the referencing table shows only as a trigger.
-- writes
DELETE FROM customers WHERE id BETWEEN 9001 AND 9010;
