-- Several searches in one index scan.
SELECT id FROM orders WHERE id = ANY ('{5,50,500,5000}');
