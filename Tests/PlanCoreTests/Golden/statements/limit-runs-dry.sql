-- A LIMIT that is not reached (fewer actual than estimated rows): the scan below it is complete.
SELECT id FROM orders WHERE amount + 0 = 5 LIMIT 200;
