SELECT code, count(*), avg(handler), max(at) FROM freight.scan_event GROUP BY code
