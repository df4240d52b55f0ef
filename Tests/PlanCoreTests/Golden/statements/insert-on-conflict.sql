-- INSERT with ON CONFLICT DO UPDATE.
-- writes
INSERT INTO small AS s SELECT id, 0 FROM dim WHERE id > 15 AND id <= 25
ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE s.v > 1;
