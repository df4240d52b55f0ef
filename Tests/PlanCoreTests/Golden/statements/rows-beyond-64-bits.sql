-- An estimate that no integer holds.
-- plan-only
-- set: enable_material = off
SELECT 1 FROM items a, items b, items c, items d;
