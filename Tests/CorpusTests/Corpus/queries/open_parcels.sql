SELECT id, tracking, customer_name FROM freight.open_parcel WHERE "customerId" = $1
