-- +goose Up
CREATE TABLE campaigns (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject text NOT NULL,
  sent_at timestamptz
);
CREATE TABLE views (
  campaign_id bigint NOT NULL REFERENCES campaigns ON DELETE CASCADE,
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  seen_at timestamptz NOT NULL
);
ALTER TABLE campaigns OWNER TO newsletter_owner;

-- +goose Down
DROP TABLE views;
DROP TABLE campaigns;
