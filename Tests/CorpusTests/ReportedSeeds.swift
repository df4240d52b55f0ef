/// The databases that the stories share.
extension ReportedTests.Reported {
  static let forum = """
    CREATE TABLE author (id int PRIMARY KEY, email text NOT NULL);
    INSERT INTO author SELECT i, 'author' || i || '@example.org' FROM generate_series(1, 2000) i;
    CREATE TABLE post (id int PRIMARY KEY, author_id int NOT NULL, forum_id int NOT NULL, created timestamptz NOT NULL,
      score int NOT NULL, deleted_at timestamptz, body text NOT NULL);
    INSERT INTO post
    SELECT i, CASE WHEN i % 10 = 1 THEN 1 ELSE i % 400 + 1 END, i / 375, timestamptz '2024-01-01 00:00:00+00'
      + i * interval '20 minutes', i % 97, CASE WHEN i % 10 = 0 THEN timestamptz '2025-01-01 00:00:00+00' END,
      repeat('b', 60)
    FROM generate_series(1, 15000) i;
    CREATE INDEX post_author_live_idx ON post (author_id) WHERE deleted_at IS NULL;
    CREATE INDEX post_created_idx ON post (created, id);
    CREATE INDEX post_forum_idx ON post (forum_id, id DESC);
    CREATE TABLE photo (id int PRIMARY KEY, created timestamptz NOT NULL);
    INSERT INTO photo SELECT i, timestamptz '2024-01-01 00:00:00+00' + i * interval '1 hour' FROM generate_series(1, 5000) i;
    CREATE INDEX photo_created_idx ON photo (created, id);
    CREATE TABLE comment (id int PRIMARY KEY, subject_type text NOT NULL, subject_id int NOT NULL,
      author_id int NOT NULL);
    INSERT INTO comment
    SELECT i, CASE WHEN i % 5 = 0 THEN 'Photo' ELSE 'Post' END, i * 7 % 15000 + 1,
      CASE WHEN i % 50 = 3 THEN 1 ELSE i % 2000 + 1 END
    FROM generate_series(1, 15000) i;
    CREATE INDEX comment_subject_idx ON comment (subject_type, subject_id, author_id);
    CREATE INDEX comment_author_idx ON comment (author_id);
    """

  static let office = """
    CREATE SCHEMA auth;
    CREATE FUNCTION auth.uid() RETURNS int LANGUAGE sql STABLE AS $$ SELECT current_setting('app.uid')::int $$;
    CREATE TABLE member (user_id int NOT NULL, org_id int NOT NULL, PRIMARY KEY (user_id, org_id));
    INSERT INTO member SELECT DISTINCT u, (u * 7 + k * 13) % 300 FROM generate_series(1, 500) u, generate_series(0, 3) k;
    CREATE FUNCTION auth.my_orgs() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER AS
      $$ SELECT org_id FROM public.member WHERE user_id = auth.uid() $$;
    CREATE FUNCTION auth.is_member(org int) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
    BEGIN RETURN EXISTS (SELECT FROM public.member m WHERE m.user_id = auth.uid() AND m.org_id = org); END $$;
    CREATE TABLE document (id int PRIMARY KEY, org_id int NOT NULL, token uuid NOT NULL, size int NOT NULL,
      meta jsonb NOT NULL);
    INSERT INTO document
    SELECT i, i % 300, md5(i::text)::uuid, i % 100, jsonb_build_object('email', 'u' || i || '@example.org')
    FROM generate_series(1, 10000) i;
    CREATE UNIQUE INDEX document_token_idx ON document (token);
    CREATE INDEX document_org_size_idx ON document (org_id, size);
    CREATE INDEX document_email_idx ON document ((meta ->> 'email'));
    ALTER TABLE document ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON document USING (org_id IN (SELECT auth.my_orgs()));
    CREATE TABLE entry (id int PRIMARY KEY, object_id text NOT NULL, word text NOT NULL);
    INSERT INTO entry SELECT i, md5(i::text)::uuid::text, 'word ' || i % 1000 FROM generate_series(1, 10000) i;
    CREATE INDEX entry_word_idx ON entry (word);
    CREATE TABLE contact (id int PRIMARY KEY, org_id int NOT NULL, name text NOT NULL, hidden boolean NOT NULL,
      folded text GENERATED ALWAYS AS (lower(name)) STORED);
    INSERT INTO contact SELECT i, i % 1000, 'Name ' || i, i % 20 = 0 FROM generate_series(1, 10000) i;
    CREATE INDEX contact_name_idx ON contact (lower(name));
    CREATE FUNCTION fold(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(t) $$;
    CREATE TABLE account (id int PRIMARY KEY, handle text COLLATE "C" NOT NULL, org_id int NOT NULL, key text NOT NULL);
    INSERT INTO account SELECT i, 'handle ' || i, i % 100, md5(i::text) FROM generate_series(1, 10000) i;
    CREATE INDEX account_handle_idx ON account (handle);
    CREATE INDEX account_key_idx ON account USING hash (key);
    CREATE INDEX account_org_idx ON account (org_id);
    CREATE INDEX account_org_id_idx ON account (org_id, id);
    CREATE VIEW recent_account AS SELECT id, org_id, key FROM account WHERE id > 100;
    CREATE INDEX contact_folded_idx ON contact (folded);
    CREATE VIEW shown_contact AS SELECT id, org_id, name FROM contact WHERE NOT hidden;
    CREATE FUNCTION shown_contacts() RETURNS SETOF contact LANGUAGE sql STABLE AS
      $$ SELECT * FROM public.contact WHERE NOT hidden $$;
    GRANT USAGE ON SCHEMA auth TO story_user;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO story_user;
    """

  static let queue = """
    CREATE TABLE job (id int PRIMARY KEY, queue text NOT NULL, state text NOT NULL, priority int NOT NULL,
      run_at timestamptz NOT NULL, payload text);
    INSERT INTO job
    SELECT i, 'q' || i % 5, CASE WHEN i % 3 = 0 THEN 'ready' WHEN i % 160 = 1 THEN 'deleted' ELSE 'done' END, i % 7,
      timestamptz '2024-01-01 00:00:00+00' + i * interval '1 minute', repeat('p', 80)
    FROM generate_series(1, 15000) i;
    CREATE INDEX job_ready_idx ON job (queue, priority, run_at) WHERE state = 'ready';
    CREATE INDEX job_deleted_idx ON job (run_at) WHERE state = 'deleted';
    CREATE FUNCTION claim_pending(wanted text) RETURNS int LANGUAGE plpgsql AS $$
    BEGIN
      RETURN (SELECT j.id FROM job j WHERE j.state = 'ready' AND j.queue = wanted ORDER BY j.priority, j.run_at LIMIT 1);
    END $$;
    """

  static let ledger = """
    CREATE TABLE entry (id int NOT NULL, book_id int NOT NULL, at date NOT NULL, amount int NOT NULL)
      PARTITION BY RANGE (at);
    CREATE TABLE entry_1 PARTITION OF entry FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
    CREATE TABLE entry_2 PARTITION OF entry FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
    CREATE TABLE entry_3 PARTITION OF entry FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
    CREATE TABLE entry_4 PARTITION OF entry FOR VALUES FROM ('2024-04-01') TO ('2024-05-01');
    INSERT INTO entry SELECT i, i % 500, date '2024-01-01' + i % 121, 1 FROM generate_series(1, 12000) i;
    CREATE INDEX entry_1_book_idx ON entry_1 (book_id, at);
    CREATE INDEX entry_2_book_idx ON entry_2 (book_id, at);
    CREATE INDEX entry_3_book_idx ON entry_3 (book_id, at);
    CREATE INDEX entry_4_book_idx ON entry_4 (book_id, at);
    CREATE FUNCTION month_start() RETURNS date LANGUAGE plpgsql STABLE AS
      $$ BEGIN RETURN current_setting('app.month')::date; END $$;
    CREATE TABLE book (id int PRIMARY KEY, name text NOT NULL);
    INSERT INTO book SELECT i, 'book ' || i FROM generate_series(1, 1000) i;
    CREATE TABLE page (id int PRIMARY KEY, book_id int NOT NULL REFERENCES book ON DELETE CASCADE, gone_at date,
      body text NOT NULL);
    INSERT INTO page SELECT i, i % 1000 + 1, CASE WHEN i % 50 = 0 THEN date '2024-01-01' END, repeat('b', 60)
    FROM generate_series(1, 8000) i;
    CREATE INDEX page_book_idx ON page (book_id);
    CREATE TABLE total (pages bigint NOT NULL);
    INSERT INTO total VALUES (8000);
    CREATE FUNCTION sum_up() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN UPDATE total SET pages = (SELECT count(*) FROM page); RETURN NULL; END $$;
    CREATE TRIGGER page_total AFTER INSERT ON page FOR EACH STATEMENT EXECUTE FUNCTION sum_up();
    """
}
