\set rows 20000
INSERT INTO rooms SELECT n, 'Room ' || n FROM generate_series(1, 200) AS n;
INSERT INTO bookings (id, room_id, guest, starts_on, nights)
SELECT n, 1 + n % 200, 'guest ' || n % 3000, date '2024-01-01' + n % 700, 1 + n % 9 FROM generate_series(1, :rows) AS n;
