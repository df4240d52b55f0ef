SELECT id, kind
FROM fleet.track
WHERE recorded_at >= timestamptz '2025-03-01 00:00:00+00' AND recorded_at < timestamptz '2025-04-10 00:00:00+00'
