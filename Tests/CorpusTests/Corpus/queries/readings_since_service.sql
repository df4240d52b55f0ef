SELECT taken_at, volts
FROM fleet.reading
WHERE device_id = 7 AND taken_at >= (SELECT seen_at FROM fleet.device WHERE id = 85)
