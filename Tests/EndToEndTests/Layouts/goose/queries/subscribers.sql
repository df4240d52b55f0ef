-- name: get-subscriber
SELECT id, email, status FROM subscribers WHERE lower(email) = lower($1);

-- name: blocked
SELECT count(*) FROM subscribers WHERE status = 'blocked';

-- name: query-subscribers
-- raw: true
SELECT id FROM subscribers WHERE status = $1 AND %s ORDER BY id LIMIT 20;
