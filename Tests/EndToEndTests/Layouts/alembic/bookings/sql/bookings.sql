-- name: room_bookings
-- The bookings of a room from a day on.
SELECT id, guest, starts_on FROM bookings
WHERE room_id = :room_id AND starts_on >= :since
ORDER BY starts_on;

-- name: get_booking^
SELECT id, guest FROM bookings WHERE id = :id;

-- name: move_booking!
UPDATE bookings SET room_id = :room_id WHERE id = :id;

-- name: guests(names)
SELECT count(*) FROM bookings WHERE guest IN :names;

-- name: create_audit#
CREATE TABLE audit (id int); CREATE INDEX ON audit (id);
