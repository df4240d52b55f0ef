-- Workers over-produce: the scan may show more rows than the Limit, and another number each time.
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
SELECT id, qty FROM items WHERE product_id = 3 LIMIT 10;
