-- Two conditions that are one: the outer side is underestimated and the loops multiply.
SELECT b.id, o.id FROM bm b JOIN orders o ON o.customer_id = b.id % 9000 WHERE b.a = 5 AND b.b = 5;
