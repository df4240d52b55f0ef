-- CREATE TABLE AS that finds its table: a bare string.
-- plan-only
CREATE TABLE IF NOT EXISTS small AS SELECT id FROM dim;
