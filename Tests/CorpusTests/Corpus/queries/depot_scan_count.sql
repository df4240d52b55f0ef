SELECT count(*) FROM freight.scan_event WHERE depot_id = 2 AND code = 'arrived'
