-- Two tables of one name in two schemas, no alias written.
SELECT count(*) FROM orders, archive.orders WHERE public.orders.id = archive.orders.id AND public.orders.st = 1;
