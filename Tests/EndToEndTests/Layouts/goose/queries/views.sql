-- name: campaign-views
SELECT seen_at, subscriber_id FROM views WHERE campaign_id = $1 ORDER BY seen_at DESC LIMIT $2;
