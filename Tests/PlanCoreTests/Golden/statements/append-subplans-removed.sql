-- Pruned when the executor starts: "Subplans Removed".
SELECT id FROM part WHERE d = to_date('2024-05-01', 'YYYY-MM-DD');
