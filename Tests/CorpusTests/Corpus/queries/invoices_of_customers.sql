SELECT id, issued_on, cents FROM freight.invoice WHERE customer_id BETWEEN $1 AND $2
