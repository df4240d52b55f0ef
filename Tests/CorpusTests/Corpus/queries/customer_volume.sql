SELECT city, parcels, grams FROM freight.customer_volume WHERE customer_id = $1
