SELECT taken_at, celsius
FROM fleet.reading
WHERE device_id = :device AND taken_at >= :since::timestamptz AND taken_at < :until::timestamptz
