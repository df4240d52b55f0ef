SELECT id, tracking, "shippedAt" FROM freight."Parcel" WHERE status = 'lost' AND "depotId" = 900
