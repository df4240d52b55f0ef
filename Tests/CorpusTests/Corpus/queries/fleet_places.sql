SELECT model, count(*) FROM fleet.device GROUP BY model
