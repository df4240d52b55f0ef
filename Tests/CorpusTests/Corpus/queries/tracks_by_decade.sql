SELECT id, kind, vehicle_id FROM fleet.track ORDER BY kind % 10, recorded_at
