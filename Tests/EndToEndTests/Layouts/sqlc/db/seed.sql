-- Rows for development.
INSERT INTO users (username, email)
SELECT 'user' || n, 'user' || n || '@example.com' FROM generate_series(1, 2000) AS n;

INSERT INTO accounts (owner, balance, currency)
SELECT 'user' || n, n * 100, c FROM generate_series(1, 2000) AS n, unnest(ARRAY['EUR', 'USD']) AS c;

INSERT INTO entries (account_id, amount)
SELECT 1 + n % 4000, n % 500 - 250 FROM generate_series(1, 40000) AS n;
