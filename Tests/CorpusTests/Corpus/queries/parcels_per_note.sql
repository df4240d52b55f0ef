SELECT note, count(*) AS parcels, max("shippedAt") AS latest FROM freight."Parcel" GROUP BY note
