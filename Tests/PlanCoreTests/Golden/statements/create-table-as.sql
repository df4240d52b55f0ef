-- CREATE TABLE AS is explained as the query it runs.
-- writes
CREATE TABLE copied AS SELECT id FROM orders WHERE amount = 3;
