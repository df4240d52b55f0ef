-- A plain ALL stops at the first comparison that is false.
SELECT s.id FROM small s WHERE s.id * 10 > ALL (SELECT d.id FROM dim d WHERE d.id % 2 = 0);
