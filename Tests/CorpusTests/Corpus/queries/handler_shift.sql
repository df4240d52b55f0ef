SELECT id, parcel_id, code
FROM freight.scan_event
WHERE handler = 12 AND at >= timestamptz '2025-03-01 00:00:00+00' AND at < timestamptz '2025-03-02 00:00:00+00'
