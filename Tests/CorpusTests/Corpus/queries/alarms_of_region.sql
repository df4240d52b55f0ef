SELECT id, raised_at, message FROM fleet.alarm WHERE region = 'south' AND severity = 70
