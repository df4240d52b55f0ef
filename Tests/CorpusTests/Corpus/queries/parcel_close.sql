UPDATE freight."Parcel" SET status = 'delivered' WHERE tracking = $1 AND status <> 'delivered'
