SELECT id, during, cents FROM freight.booking WHERE vehicle_id = $1 AND memo > 'c' ORDER BY cents DESC LIMIT 5
