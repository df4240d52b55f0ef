SELECT id, started_at, metres
FROM fleet.trip
WHERE vehicle_id = $1 AND started_at >= timestamptz '2025-02-01 00:00:00+00'
