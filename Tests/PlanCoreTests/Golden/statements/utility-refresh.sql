-- A statement without a plan: a bare string.
-- plan-only
REFRESH MATERIALIZED VIEW order_totals;
