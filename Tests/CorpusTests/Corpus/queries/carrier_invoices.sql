SELECT id, issued_on, cents FROM freight.invoice WHERE issued_on >= date '2025-11-01' ORDER BY issued_on
