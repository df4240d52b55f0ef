-- Gather with a single copy: the plan below it is not partial. The setting was renamed in 16.
-- setup: DO $$BEGIN PERFORM set_config((SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')), 'on', true); END$$
SELECT id FROM orders WHERE amount = 3;
