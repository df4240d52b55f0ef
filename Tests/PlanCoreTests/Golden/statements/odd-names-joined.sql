-- An alias that looks like an expression, and one with only its case different.
SELECT "s.id".id, "S".id FROM small "s.id" JOIN small "S" ON "S".id = "s.id".v WHERE "s.id".v > 1 AND "S".v < 3;
