-- A LIMIT of exactly as many rows as there are: nothing shows that the scan was complete.
SELECT id, v FROM small LIMIT 20;
