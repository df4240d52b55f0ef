SELECT id, vehicle_id, during FROM freight.booking WHERE during && tstzrange(:since, :until)
