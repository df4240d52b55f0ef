-- A statement without a table.
SELECT 1 AS one;
