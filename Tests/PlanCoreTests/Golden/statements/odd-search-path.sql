-- A table found through the search path, with the path among the settings.
-- set: search_path = archive, "Odd Schema", public
SELECT id FROM orders WHERE st = 2;
