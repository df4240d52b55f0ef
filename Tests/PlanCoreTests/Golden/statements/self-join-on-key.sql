-- A self-join on the key: 18 removes one of the two.
SELECT a.id, b.st FROM orders a JOIN orders b ON b.id = a.id WHERE a.amount = 3 AND b.st = 2;
