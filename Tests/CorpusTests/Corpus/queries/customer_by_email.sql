SELECT id, name FROM freight.customer WHERE lower(email) = lower($1)
