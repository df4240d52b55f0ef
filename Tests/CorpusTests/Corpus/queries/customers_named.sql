SELECT id, name, city FROM freight.customer WHERE name LIKE 'Quist 3%' ORDER BY name
