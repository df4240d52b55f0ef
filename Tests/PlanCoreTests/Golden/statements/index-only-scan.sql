-- An index-only scan without heap fetches.
SELECT id FROM orders WHERE id BETWEEN 100 AND 300;
