-- +goose Up
-- +goose StatementBegin
CREATE TABLE subscribers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  status text NOT NULL DEFAULT 'enabled',
  attribs jsonb NOT NULL DEFAULT '{}'
);
-- +goose StatementEnd
CREATE UNIQUE INDEX subscribers_email_idx ON subscribers (lower(email));
GRANT SELECT ON subscribers TO newsletter_reader;

-- +goose Down
DROP TABLE subscribers;
