-- The limit is a parameter of a generic plan: estimate a tenth of the input, five rows taken.
-- set: plan_cache_mode = force_generic_plan
-- setup: PREPARE first_orders (bigint) AS SELECT id FROM orders LIMIT $1
EXECUTE first_orders (5);
