SELECT sent_at, signal FROM fleet.ping WHERE device_id = $1 AND sent_at >= timestamptz '2025-05-10 00:00:00+00'
