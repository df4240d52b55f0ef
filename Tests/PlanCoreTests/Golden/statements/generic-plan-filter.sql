-- A generic plan's condition names its parameter.
-- set: plan_cache_mode = force_generic_plan
-- setup: PREPARE one_customer (int) AS SELECT id FROM orders WHERE customer_id = $1
EXECUTE one_customer (77);
