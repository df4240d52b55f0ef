-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY views_campaign_idx ON views (campaign_id, seen_at);

-- +goose Down
DROP INDEX CONCURRENTLY views_campaign_idx;
