SELECT c.country, p.status, count(*) AS parcels
FROM freight."Parcel" AS p
JOIN freight.customer AS c ON c.id = p."customerId"
GROUP BY c.country, p.status
