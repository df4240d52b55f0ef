SELECT id, "customerId", status FROM freight."Parcel" WHERE tracking = $1
