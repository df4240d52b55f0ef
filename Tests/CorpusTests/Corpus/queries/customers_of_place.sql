SELECT id, name, joined_on
FROM freight.customer
WHERE country = :country AND city = :city AND zone = :zone
