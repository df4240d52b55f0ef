-- A volatile limit is unknown to the planner: a tenth of the input, and nothing in the plan says so.
SELECT id FROM orders WHERE st = 2 LIMIT (4 + floor(random()))::int;
