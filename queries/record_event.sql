-- Tracking: stores an event and says where it went.
insert into events (tenant_id, user_id, kind, payload, occurred_at)
values ($1, $2, $3, $4, $5)
returning id, occurred_at
