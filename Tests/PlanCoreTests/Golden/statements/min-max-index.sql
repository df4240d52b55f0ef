-- min() and max() through the index: InitPlan, Limit, one row.
SELECT min(id), max(id) FROM orders WHERE id > 100;
