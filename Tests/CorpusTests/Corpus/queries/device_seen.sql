SELECT seen_at FROM fleet.device WHERE serial = $1
