-- A view beside its own table.
SELECT count(*) FROM open_orders v JOIN orders ON orders.id = v.id + 1 WHERE v.amount < 20;
