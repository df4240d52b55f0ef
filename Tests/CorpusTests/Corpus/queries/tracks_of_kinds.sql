SELECT id, vehicle_id, length(points) AS points FROM fleet.track WHERE kind BETWEEN 10 AND 29
