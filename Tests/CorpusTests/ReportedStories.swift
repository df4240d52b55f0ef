// What must be said of each change to the databases of ReportedSeeds.

private func asUser(_ more: String = "") -> String {
  #"session: {role: story_user, settings: {app.uid: "7", app.org: "77"}}"# + more
}

extension ReportedTests.Reported {
  static let all = conditions + orders + sets + security + functions + catalogs + benign

  // MARK: Conditions

  static let conditions = [
    ReportedTests.Reported(
      story: Story(
        name: "a soft delete is also asked for as a date to come", seed: forum, options: "params: [7]",
        query: "SELECT id FROM post WHERE author_id = $1 AND deleted_at IS NULL",
        changedQuery: """
          SELECT id FROM post WHERE author_id = $1 AND (deleted_at IS NULL OR deleted_at > '2030-01-01 00:00:00+00')
          """),
      rule: "seq-scan", words: ["public.post"],
      causes: ["the query's text changed: public.post has the condition ((post.deleted_at IS NULL) OR "],
      offered: ["post_author_live_idx", "WHERE (deleted_at IS NULL)"],
      repairedQuery: "SELECT p.id FROM post p WHERE p.author_id = $1 AND p.deleted_at IS NULL"),
    ReportedTests.Reported(
      story: Story(
        name: "the state of a partial index becomes a parameter", seed: queue,
        options: "plan: generic, params: [q1, ready]",
        query: """
          SELECT id FROM job WHERE state = 'ready' AND queue = $1 AND $2::text IS NOT NULL
          ORDER BY priority, run_at LIMIT 5
          """,
        changedQuery: "SELECT id FROM job WHERE state = $2 AND queue = $1 ORDER BY priority, run_at LIMIT 5"),
      rule: "seq-scan", words: ["public.job"],
      causes: ["the query's text changed: public.job has the condition (job.state = $2)"],
      offered: ["job_ready_idx", "WHERE (state = 'ready'::text)"],
      repairedQuery: """
        SELECT id FROM job WHERE queue = $1 AND state = 'ready' AND $2::text IS NOT NULL
        ORDER BY priority, run_at LIMIT 5
        """),
    ReportedTests.Reported(
      story: Story(
        name: "the page after a row is asked for with OR", seed: forum,
        query: """
          SELECT id, created FROM post WHERE (created, id) < ('2024-03-01 00:00:00+00', 4320)
          ORDER BY created DESC, id DESC LIMIT 20
          """,
        changedQuery: """
          SELECT id, created FROM post
          WHERE created < '2024-03-01 00:00:00+00' OR created = '2024-03-01 00:00:00+00' AND id < 4320
          ORDER BY created DESC, id DESC LIMIT 20
          """),
      rule: "index-cond-lost", words: ["public.post"],
      causes: ["the query's text changed: public.post has the condition ((post.created < "],
      offered: ["write the comparison of rows again"],
      repairedQuery: """
        SELECT id, created FROM post
        WHERE created <= '2024-03-01 00:00:00+00' AND (created < '2024-03-01 00:00:00+00' OR id < 4320)
        ORDER BY created DESC, id DESC LIMIT 20
        """),
    ReportedTests.Reported(
      story: Story(
        name: "a part of a time is compared", seed: forum,
        query: """
          SELECT id, score FROM post
          WHERE created >= '2024-05-01 00:00:00+00' AND created < '2024-05-02 00:00:00+00'
          """,
        changedQuery: "SELECT id, score FROM post WHERE EXTRACT(doy FROM created) = 122"),
      rule: "seq-scan", words: ["public.post"],
      causes: ["the query's text changed: public.post has the condition (EXTRACT(doy FROM post.created) = "],
      offered: ["the column created is inside EXTRACT(doy FROM "], notOffered: ["EXTRACT(created)"],
      repairedQuery: """
        SELECT id, score FROM post
        WHERE created >= timestamptz '2024-05-01 00:00:00+00'
          AND created < timestamptz '2024-05-01 00:00:00+00' + interval '1 day'
        """),
    ReportedTests.Reported(
      story: Story(
        name: "the day in a time zone is compared", seed: forum,
        query: """
          SELECT count(*) FROM post WHERE created >= '2024-05-01 00:00:00+00' AND created < '2024-05-02 00:00:00+00'
          """,
        changedQuery: "SELECT count(*) FROM post WHERE (created AT TIME ZONE 'UTC')::date = '2024-05-01'"),
      rule: "index-cond-lost", words: ["public.post"],
      causes: [
        "the query's text changed: public.post has the condition (((post.created AT TIME ZONE 'UTC'"
      ],
      offered: ["the column created is inside ((post.created AT TIME ZONE 'UTC'::text))::date"],
      repairedQuery: """
        SELECT count(*) FROM post
        WHERE created >= timestamp '2024-05-01 00:00:00' AT TIME ZONE 'UTC'
          AND created < timestamp '2024-05-02 00:00:00' AT TIME ZONE 'UTC'
        """),
    ReportedTests.Reported(
      story: Story(
        name: "rows of one's own or shared with one, as an OR", seed: forum, options: "params: [7]",
        query: """
          SELECT p.id FROM post p WHERE p.author_id = $1 AND p.deleted_at IS NULL
          UNION
          SELECT p.id FROM comment c JOIN post p ON p.id = c.subject_id
          WHERE c.author_id = $1 AND c.subject_type = 'Post' AND p.deleted_at IS NULL
          """,
        changedQuery: """
          SELECT p.id FROM post p
          WHERE p.deleted_at IS NULL AND (p.author_id = $1 OR EXISTS (
            SELECT FROM comment c WHERE c.subject_type = 'Post' AND c.subject_id = p.id AND c.author_id = $1))
          """),
      rule: "buffers", causes: ["the query's text changed: public.post p has the condition ((p.author_id = 7) OR "],
      offered: ["UNION"],
      repairedQuery: """
        SELECT p.id FROM comment c JOIN post p ON p.id = c.subject_id
        WHERE c.author_id = $1 AND c.subject_type = 'Post' AND p.deleted_at IS NULL
        UNION
        SELECT p.id FROM post p WHERE p.author_id = $1 AND p.deleted_at IS NULL
        """),
    ReportedTests.Reported(
      story: Story(
        name: "LIKE becomes ILIKE", seed: office, query: "SELECT id FROM contact WHERE lower(name) LIKE 'name 77'",
        changedQuery: "SELECT id FROM contact WHERE lower(name) ILIKE 'name 77'", roles: ["story_user"]),
      rule: "seq-scan", words: ["public.contact"],
      causes: ["the query's text changed: public.contact has the condition (lower(contact.name) ~~* 'name 77'::text)"],
      offered: ["ILIKE"], notOffered: ["CREATE INDEX"],
      repairedQuery: "SELECT id FROM contact WHERE lower(name) = 'name 77'"),
    ReportedTests.Reported(
      story: Story(
        name: "a key is joined as text", seed: office,
        query: "SELECT d.id FROM entry e JOIN document d ON d.token = e.object_id::uuid WHERE e.word = 'word 77'",
        changedQuery:
          "SELECT d.id FROM entry e JOIN document d ON d.token::text = e.object_id WHERE word = 'word 77'",
        roles: ["story_user"]),
      rule: "seq-scan", words: ["public.document d"], causes: ["the query's text changed: "],
      offered: ["the column token is cast in"],
      repairedQuery: "SELECT d.id FROM document d JOIN entry e ON e.object_id::uuid = d.token WHERE word = 'word 77'"),
    ReportedTests.Reported(
      story: Story(
        name: "a field of a document is asked for by its path", seed: office,
        query: "SELECT id FROM document WHERE meta ->> 'email' = 'u77@example.org'",
        changedQuery: "SELECT id FROM document WHERE meta #>> '{email}' = 'u77@example.org'", roles: ["story_user"]),
      rule: "seq-scan", words: ["public.document"],
      causes: ["the query's text changed: public.document has the condition ((document.meta #>> '{email}'::text[]) = "],
      offered: ["CREATE INDEX ON public.document ((meta #>> '{email}'::text[]));"],
      repair: "CREATE INDEX ON document ((meta #>> '{email}'))"),
    ReportedTests.Reported(
      story: Story(
        name: "a query forgets its tenant", seed: office,
        query: "SELECT id FROM document WHERE org_id = 7 AND size = 7",
        changedQuery: "SELECT id FROM document WHERE size = 7", roles: ["story_user"]),
      rule: "buffers",
      causes: ["the query's text changed: public.document no longer has the condition (document.org_id = 7)"],
      repairedQuery: "SELECT id FROM document WHERE size = 7 AND org_id = 7"),
    ReportedTests.Reported(
      story: Story(
        name: "a filter becomes optional in a generic plan", seed: office, options: "plan: generic, params: [7]",
        query: "SELECT id FROM account WHERE org_id = $1",
        changedQuery: "SELECT id FROM account WHERE ($1::int IS NULL OR org_id = $1)", roles: ["story_user"]),
      rule: "buffers",
      causes: [
        "the query's text changed: public.account has the condition (($1 IS NULL) OR (account.org_id = $1)), was "
      ],
      offered: ["($1 IS NULL OR …)", "leave"], notOffered: ["UNION"],
      repairedQuery: "SELECT id FROM account WHERE $1 = org_id"),
    ReportedTests.Reported(
      story: Story(
        name: "a prefix becomes a part", seed: office, query: "SELECT id FROM account WHERE handle LIKE 'handle 77%'",
        changedQuery: "SELECT id FROM account WHERE handle LIKE '%handle 77%'", roles: ["story_user"]),
      rule: "seq-scan", words: ["public.account"],
      causes: [
        "the query's text changed: public.account has the condition (account.handle ~~ '%handle 77%'::text), was "
      ],
      offered: ["pg_trgm"], notOffered: ["text_pattern_ops"],
      repairedQuery: "SELECT id FROM account WHERE handle LIKE 'handle 77%' AND id > 0"),
    ReportedTests.Reported(
      story: Story(
        name: "a join by one of two columns", seed: office,
        query: "SELECT count(*) FROM contact c JOIN account a ON a.id = c.id WHERE c.id <= 100",
        changedQuery: """
          SELECT count(*) FROM contact c JOIN account a ON a.id = c.id OR lower(a.key) = c.name WHERE c.id <= 100
          """, roles: ["story_user"]),
      rule: "cost", causes: ["the query's text changed: "], offered: ["UNION"],
      repairedQuery: "SELECT count(*) FROM account a JOIN contact c ON c.id = a.id WHERE c.id <= 100"),
  ]

  // MARK: Orders

  static let orders = [
    ReportedTests.Reported(
      story: Story(
        name: "the newest rows with the NULLs last", seed: forum,
        query: "SELECT id, score FROM post ORDER BY created DESC LIMIT 10",
        changedQuery: "SELECT id, score FROM post ORDER BY created DESC NULLS LAST LIMIT 10"),
      rule: "seq-scan", words: ["public.post"],
      causes: [
        "the query's text changed",
        "the order no longer comes from an index: the rows are sorted by post.created DESC NULLS LAST",
      ],
      offered: ["CREATE INDEX ON public.post (created DESC NULLS LAST);"],
      repair: "CREATE INDEX ON post (created DESC NULLS LAST)"),
    ReportedTests.Reported(
      story: Story(
        name: "an index is made anew with the NULLs last", seed: forum, options: "params: [7]",
        query: "SELECT id, score FROM post WHERE forum_id = $1 ORDER BY id DESC LIMIT 1",
        migration: "DROP INDEX post_forum_idx; CREATE INDEX post_forum_idx ON post (forum_id, id DESC NULLS LAST)"),
      rule: "index-cond-lost", words: ["public.post"],
      causes: [
        "index post_forum_idx of public.post is now btree (forum_id, id DESC NULLS LAST), was btree (forum_id, id DESC)"
      ],
      offered: ["CREATE INDEX ON public.post USING btree (forum_id, id DESC);", "recreate the lost index"],
      repair: "CREATE INDEX post_forum_id_idx ON post (forum_id, id DESC)"),
    ReportedTests.Reported(
      story: Story(
        name: "the next job is ordered by an expression", seed: queue, options: "params: [q1]",
        query: """
          SELECT id FROM job WHERE state = 'ready' AND queue = $1 ORDER BY priority, run_at LIMIT 5
          FOR UPDATE SKIP LOCKED
          """,
        changedQuery: """
          SELECT id FROM job WHERE state = 'ready' AND queue = $1 ORDER BY payload IS NULL, priority, run_at LIMIT 5
          FOR UPDATE SKIP LOCKED
          """),
      rule: "buffers",
      causes: [
        "the query's text changed",
        "the order no longer comes from an index: the rows are sorted by ((job.payload IS NULL)), job.priority, job.run_at",
      ],
      offered: ["no index gives the order ((job.payload IS NULL)), job.priority, job.run_at"],
      repairedQuery: """
        SELECT id FROM job WHERE queue = $1 AND state = 'ready' ORDER BY priority, run_at LIMIT 5
        FOR NO KEY UPDATE SKIP LOCKED
        """),
    ReportedTests.Reported(
      story: Story(
        name: "the columns of an index change their places", seed: forum, options: "params: [8]",
        query: "SELECT author_id FROM comment WHERE subject_type = 'Post' AND subject_id = $1",
        migration: """
          DROP INDEX comment_subject_idx;
          CREATE INDEX comment_subject_idx ON comment (subject_type, author_id, subject_id)
          """),
      rule: "buffers",
      causes: [
        "index comment_subject_idx of public.comment is now btree (subject_type, author_id, subject_id), "
          + "was btree (subject_type, subject_id, author_id)"
      ],
      offered: ["CREATE INDEX ON public.comment USING btree (subject_type, subject_id, author_id);"],
      repair: "CREATE INDEX comment_subject_too ON comment (subject_type, subject_id, author_id)"),
    ReportedTests.Reported(
      story: Story(
        name: "a few rows are asked for in the order of the key", seed: forum, options: "params: [39]",
        query: "SELECT id, score FROM post WHERE forum_id = $1 AND score > 5",
        changedQuery: "SELECT id, score FROM post WHERE forum_id = $1 AND score > 5 ORDER BY author_id, id LIMIT 3"),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "the first of the last rows, in an order that another index has", seed: forum, options: "params: [39]",
        query: "SELECT id, score FROM post WHERE forum_id = $1",
        changedQuery: "SELECT id, score FROM post WHERE forum_id = $1 ORDER BY created LIMIT 5"),
      rule: "index-cond-lost", words: ["public.post"],
      causes: [
        "the query's text changed",
        "the rows come in the order of post_created_idx, and are filtered until the LIMIT is reached",
      ],
      offered: ["CREATE INDEX ON public.post (forum_id, created, id);"],
      repair: "CREATE INDEX ON post (forum_id, created)"),
  ]

  // MARK: Sets of rows

  private static let counts = """
    SELECT a.id, (SELECT count(*) FROM post p WHERE p.author_id = a.id AND p.deleted_at IS NULL) AS posts,
      (SELECT count(*) FROM comment c WHERE c.author_id = a.id) AS comments
    FROM author a WHERE a.id <= 20
    """
  private static let feed = """
    SELECT id, created FROM post UNION ALL SELECT id, created FROM photo ORDER BY created DESC LIMIT 20
    """
  private static let newest = """
    SELECT a.id, n.id AS post FROM author a
    CROSS JOIN LATERAL (SELECT p.id FROM post p WHERE p.forum_id = a.id ORDER BY p.id DESC LIMIT 1) n
    WHERE a.id <= 5
    """

  static let sets = [
    ReportedTests.Reported(
      story: Story(
        name: "two counts of one query come from two joins", seed: forum, query: counts,
        changedQuery: """
          SELECT a.id, count(DISTINCT p.id) AS posts, count(DISTINCT c.id) AS comments
          FROM author a
          LEFT JOIN post p ON p.author_id = a.id AND p.deleted_at IS NULL
          LEFT JOIN comment c ON c.author_id = a.id
          WHERE a.id <= 20 GROUP BY a.id
          """),
      rule: "row-estimate", causes: ["the query's text changed"],
      repairedQuery: counts.replacing("a.id <= 20", with: "20 >= a.id")),
    ReportedTests.Reported(
      story: Story(
        name: "a feed of two queries loses its duplicates", seed: forum, query: feed,
        changedQuery: feed.replacing("UNION ALL", with: "UNION")),
      rule: "buffers", causes: ["the query's text changed"],
      repairedQuery:
        "SELECT id, created FROM photo UNION ALL SELECT id, created FROM post ORDER BY created DESC LIMIT 20"
    ),
    ReportedTests.Reported(
      story: Story(
        name: "a page of rows also tells how many there are", seed: forum,
        query: "SELECT id, score FROM post ORDER BY created DESC LIMIT 20",
        changedQuery: "SELECT id, score, count(*) OVER () AS total FROM post ORDER BY created DESC LIMIT 20"),
      rule: "buffers",
      causes: ["the query's text changed", "a window function reads all rows before the LIMIT"],
      offered: ["window function"], repairedQuery: "SELECT id, score AS points FROM post ORDER BY created DESC LIMIT 20"
    ),
    ReportedTests.Reported(
      story: Story(
        name: "a common table expression is named twice", seed: forum, options: "params: [7]",
        query: """
          WITH live AS (SELECT * FROM post WHERE deleted_at IS NULL)
          SELECT id, score FROM live WHERE author_id = $1
          """,
        changedQuery: """
          WITH live AS (SELECT * FROM post WHERE deleted_at IS NULL)
          SELECT id, score, EXISTS (SELECT FROM live WHERE id = $1) FROM live WHERE author_id = $1
          """),
      rule: "seq-scan", words: ["public.post"],
      causes: ["the query's text changed", "the CTE live is now materialized"], offered: ["NOT MATERIALIZED"],
      repairedQuery: """
        WITH live AS NOT MATERIALIZED (SELECT * FROM post WHERE deleted_at IS NULL)
        SELECT id, score, EXISTS (SELECT FROM live WHERE id = $1) FROM live WHERE author_id = $1
        """),
    ReportedTests.Reported(
      story: Story(
        name: "the newest row of each group comes from DISTINCT ON", seed: forum, query: newest,
        changedQuery: """
          SELECT a.id, n.id AS post FROM author a
          JOIN (SELECT DISTINCT ON (forum_id) forum_id, id FROM post ORDER BY forum_id, id DESC) n ON n.forum_id = a.id
          WHERE a.id <= 5
          """),
      rule: "cost", causes: ["the query's text changed"],
      repairedQuery: newest.replacing("a.id <= 5", with: "5 >= a.id")),
    ReportedTests.Reported(
      story: Story(
        name: "an average over all rows becomes one for each row", seed: forum,
        query: "SELECT p.id FROM post p WHERE p.id <= 2000 AND p.score > (SELECT avg(q.score) FROM post q)",
        changedQuery: """
          SELECT p.id FROM post p
          WHERE p.id <= 2000 AND p.score > (SELECT avg(q.score) FROM post q WHERE q.forum_id = p.forum_id)
          """),
      rule: "subplan-per-row", words: ["run 2,000 times", "once in the baseline"],
      causes: ["the query's text changed: public.post q", "a sub-select that ran once now runs once per row"],
      notCauses: ["no longer hashed"],
      offered: ["once"],
      repairedQuery: """
        SELECT p.id FROM post p
        JOIN (SELECT forum_id, avg(score) AS mean FROM post GROUP BY forum_id) m ON m.forum_id = p.forum_id
        WHERE p.id <= 2000 AND p.score > m.mean
        """),
    ReportedTests.Reported(
      story: Story(
        name: "a count joins what only its list needs", seed: forum, options: "params: [7]",
        query: "SELECT count(*) FROM post p WHERE p.forum_id = $1",
        changedQuery: """
          SELECT count(DISTINCT p.id) FROM post p
          LEFT JOIN comment c ON c.subject_type = 'Post' AND c.subject_id = p.id
          WHERE p.forum_id = $1
          """),
      rule: "buffers", causes: ["the query's text changed", "the query now reads public.comment c"],
      repairedQuery: "SELECT count(p.id) FROM post p WHERE p.forum_id = $1"),
    ReportedTests.Reported(
      story: Story(
        name: "a page far behind the first", seed: forum, query: "SELECT id, score FROM post ORDER BY created LIMIT 20",
        changedQuery: "SELECT id, score FROM post ORDER BY created LIMIT 20 OFFSET 9000"),
      rule: "buffers", causes: ["the query's text changed", "OFFSET: 9,000 rows are read and skipped"],
      offered: ["(a, b) > (x, y)"],
      repairedQuery: """
        SELECT id, score FROM post WHERE (created, id) > ('2024-05-05 00:00:00+00', 9000) ORDER BY created LIMIT 20
        """),
  ]

  // MARK: Who may see what

  static let security = [
    ReportedTests.Reported(
      story: Story(
        name: "a policy asks a function for each row", seed: office, options: asUser(),
        query: "SELECT id FROM document WHERE id <= 2500 AND size <> 8",
        migration: "ALTER POLICY own ON document USING (auth.is_member(org_id))", roles: ["story_user"]),
      rule: "buffers",
      causes: ["policy removed from public.document", "policy added to public.document"],
      offered: ["auth.is_member()", "IN (SELECT"], notOffered: ["(SELECT f())"],
      repair: "ALTER POLICY own ON document USING (org_id = ANY (ARRAY(SELECT auth.my_orgs())))"),
    ReportedTests.Reported(
      story: Story(
        name: "row-level security hides an index behind a function", seed: office, options: asUser(),
        query: "SELECT id FROM contact WHERE lower(name) = 'name 77'",
        migration: """
          ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
          CREATE POLICY own ON contact USING (org_id = current_setting('app.org')::int)
          """, roles: ["story_user"]),
      rule: "seq-scan", words: ["public.contact"], causes: ["policy added to public.contact"],
      offered: ["CREATE INDEX ON public.contact (org_id)", "LEAKPROOF"],
      repair: "CREATE INDEX ON contact (org_id)"),
    ReportedTests.Reported(
      story: Story(
        name: "a view becomes a security barrier", seed: office,
        query: "SELECT id FROM shown_contact WHERE lower(name) = 'name 77'",
        migration: "ALTER VIEW shown_contact SET (security_barrier = true)", roles: ["story_user"]),
      rule: "seq-scan", words: ["public.contact"],
      causes: ["view public.shown_contact: security_barrier false -> true"], offered: ["LEAKPROOF"],
      repair: "ALTER VIEW shown_contact SET (security_barrier = false)"),
  ]

  // MARK: Functions and triggers

  private static func claim(_ condition: String) -> String {
    """
    CREATE OR REPLACE FUNCTION claim_pending(wanted text) RETURNS int LANGUAGE plpgsql AS $$
    BEGIN
      RETURN (SELECT j.id FROM job j WHERE j.state = 'ready' AND \(condition) ORDER BY j.priority, j.run_at LIMIT 1);
    END $$
    """
  }

  static let functions = [
    ReportedTests.Reported(
      story: Story(
        name: "a function gets a search path and is no longer inlined", seed: office,
        query: "SELECT id FROM shown_contacts() WHERE folded = 'name 77'",
        migration: "ALTER FUNCTION shown_contacts() SET search_path = ''", roles: ["story_user"]),
      rule: "seq-scan", words: ["function shown_contacts", "public.contact"],
      causes: ["function public.shown_contacts(): SET search_path none -> "], offered: ["inline"],
      repair: "ALTER FUNCTION shown_contacts() RESET search_path"),
    ReportedTests.Reported(
      story: Story(
        name: "the condition of a function's statement loses its index", seed: queue,
        query: "SELECT claim_pending('q1')", migration: claim("upper(j.queue) = upper(wanted)")),
      rule: "index-cond-lost", words: ["function claim_pending(text)"],
      causes: ["function public.claim_pending(text): body changed", "upper(j.queue)"],
      offered: ["the column queue is inside upper(queue)"],
      repair: claim("j.queue = lower(wanted)")),
    ReportedTests.Reported(
      story: Story(
        name: "a function of a partition key becomes volatile", seed: ledger,
        options: #"params: [7], session: {settings: {app.month: "2024-03-01"}}"#,
        query: "SELECT sum(amount) FROM entry WHERE book_id = $1 AND at >= month_start() AND at < month_start() + 31",
        migration: "ALTER FUNCTION month_start() VOLATILE"),
      rule: "partition-pruning", words: ["public.entry", "reads 4 of 4 partitions, 1 in the baseline"],
      causes: ["function public.month_start(): STABLE -> VOLATILE"], notCauses: ["is new"],
      offered: ["declare function public.month_start() STABLE again"],
      repair: "ALTER FUNCTION month_start() STABLE"),
    ReportedTests.Reported(
      story: Story(
        name: "a trigger fires for each row", seed: ledger,
        query: "INSERT INTO page SELECT 9000 + i, i, NULL, 'b' FROM generate_series(1, 30) i",
        migration: """
          DROP TRIGGER page_total ON page;
          CREATE TRIGGER page_total AFTER INSERT ON page FOR EACH ROW EXECUTE FUNCTION sum_up()
          """),
      rule: "buffers",
      causes: ["trigger page_total of public.page is now AFTER INSERT ON public.page FOR EACH ROW"],
      repair: """
        DROP TRIGGER page_total ON page;
        CREATE TRIGGER page_total AFTER INSERT ON page FOR EACH STATEMENT EXECUTE FUNCTION sum_up()
        """),
    ReportedTests.Reported(
      story: Story(
        name: "an SQL function around a column becomes PL/pgSQL", seed: office,
        query: "SELECT id FROM contact WHERE fold(name) = 'name 77'",
        migration: """
          CREATE OR REPLACE FUNCTION fold(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
            $$ BEGIN RETURN lower(t); END $$
          """, roles: ["story_user"]),
      rule: "seq-scan", words: ["public.contact"],
      causes: ["function public.fold(text): language sql -> plpgsql"],
      offered: ["CREATE INDEX ON public.contact ((fold(name)));", "inline"],
      repair: """
        CREATE OR REPLACE FUNCTION fold(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$
        """),
    ReportedTests.Reported(
      story: Story(
        name: "a view numbers its rows", seed: office, query: "SELECT key FROM recent_account WHERE id = 777",
        migration: """
          CREATE OR REPLACE VIEW recent_account AS
          SELECT id, org_id, key, row_number() OVER (ORDER BY key) AS place FROM account WHERE id > 100
          """, roles: ["story_user"]),
      rule: "buffers", causes: ["view public.recent_account: body changed"], notOffered: ["CREATE INDEX"],
      repair: """
        DROP VIEW recent_account; CREATE VIEW recent_account AS SELECT id, org_id, key FROM account WHERE id > 100
        """),
  ]

  // MARK: Catalogs and data

  static let catalogs = [
    ReportedTests.Reported(
      story: Story(
        name: "a generated column is made anew without its index", seed: office,
        query: "SELECT id FROM contact WHERE folded = 'name 77'",
        migration: """
          ALTER TABLE contact DROP COLUMN folded,
            ADD COLUMN folded text GENERATED ALWAYS AS (lower(btrim(name))) STORED
          """, roles: ["story_user"]),
      rule: "seq-scan", words: ["public.contact"],
      causes: ["index contact_folded_idx of public.contact is gone: btree (folded)"],
      offered: ["CREATE INDEX contact_folded_idx ON public.contact USING btree (folded);"],
      repair: "CREATE INDEX contact_folded_idx ON contact (folded)"),
    ReportedTests.Reported(
      story: Story(
        name: "a state of few rows becomes that of most", seed: queue,
        query: "SELECT id FROM job WHERE state = 'deleted' AND run_at < '2024-01-06 00:00:00+00'",
        migration: "UPDATE job SET state = 'deleted' WHERE id > 6500"),
      rule: "cost", causes: ["public.job.state 'deleted': under 0.5 % -> 5"],
      repair: "UPDATE job SET state = 'done' WHERE id > 6500"),
    ReportedTests.Reported(
      story: Story(
        name: "a partition more without the index of the others", seed: ledger, options: "params: [7]",
        query: "SELECT sum(amount) FROM entry WHERE book_id = $1",
        migration: """
          CREATE TABLE entry_5 PARTITION OF entry FOR VALUES FROM ('2024-05-01') TO ('2024-06-01');
          INSERT INTO entry SELECT 20000 + i, i % 500, date '2024-05-01' + i % 31, 1 FROM generate_series(1, 3000) i
          """),
      rule: "seq-scan", words: ["public.entry_5", "btree (book_id, at)"],
      causes: ["partition public.entry_5 of public.entry is new"],
      offered: ["CREATE INDEX ON public.entry_5 USING btree (book_id, at);"],
      repair: "CREATE INDEX ON entry_5 (book_id, at)"),
    ReportedTests.Reported(
      story: Story(
        name: "the index of a foreign key becomes partial", seed: ledger, options: "params: [7]",
        query: "DELETE FROM book WHERE id = $1",
        migration: "DROP INDEX page_book_idx; CREATE INDEX page_book_idx ON page (book_id) WHERE gone_at IS NULL"),
      rule: "seq-scan", words: ["foreign key page_book_id_fkey", "public.page", "no index on (book_id)"],
      causes: [
        "index page_book_idx of public.page is now btree (book_id) WHERE (gone_at IS NULL), was btree (book_id)"
      ],
      offered: ["CREATE INDEX ON public.page USING btree (book_id);"], repair: "CREATE INDEX ON page (book_id)"),
    ReportedTests.Reported(
      story: Story(
        name: "a column loses the collation that its prefixes need", seed: office,
        query: "SELECT id FROM account WHERE handle LIKE 'handle 77%'",
        migration: "ALTER TABLE account ALTER COLUMN handle TYPE text", roles: ["story_user"]),
      rule: "seq-scan", words: ["public.account"], causes: ["public.account.handle: collation C -> default"],
      offered: ["CREATE INDEX ON public.account (handle text_pattern_ops);"], notOffered: [#"COLLATE "default""#],
      repair: "CREATE INDEX ON account (handle text_pattern_ops)"),
  ]

  // MARK: Changes that are none

  static let benign = [
    ReportedTests.Reported(
      story: Story(
        name: "a partition more with the index of the others", seed: ledger, options: "params: [7]",
        query: "SELECT sum(amount) FROM entry WHERE book_id = $1",
        migration: """
          CREATE TABLE entry_5 PARTITION OF entry FOR VALUES FROM ('2024-05-01') TO ('2024-06-01');
          INSERT INTO entry SELECT 20000 + i, i % 500, date '2024-05-01' + i % 31, 1 FROM generate_series(1, 3000) i;
          CREATE INDEX ON entry_5 (book_id, at)
          """),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "a sub-select that runs once runs once for each of few rows", seed: forum,
        query: "SELECT p.id FROM post p WHERE p.id <= 4 AND p.score > (SELECT avg(q.score) FROM post q)",
        changedQuery: """
          SELECT p.id FROM post p
          WHERE p.id <= 4 AND p.score > (SELECT avg(q.score) FROM post q WHERE q.forum_id = p.forum_id)
          """),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "a policy asks the same in other words", seed: office, options: asUser(),
        query: "SELECT id FROM document WHERE id <= 2500 AND size <> 8",
        migration: "ALTER POLICY own ON document USING (org_id = ANY (ARRAY(SELECT auth.my_orgs())))",
        roles: ["story_user"]),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "a function's statement asks the same in other words", seed: queue, query: "SELECT claim_pending('q1')",
        migration: claim("wanted = j.queue AND j.id > 0")),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "a kind of subject gets a second name", seed: forum, options: "params: [8]",
        query: "SELECT author_id FROM comment WHERE subject_type = 'Post' AND subject_id = $1",
        changedQuery: "SELECT author_id FROM comment WHERE subject_type IN ('Post', 'Blog::Post') AND subject_id = $1"),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "a hash index becomes a B-tree", seed: office, options: "params: [c4ca4238a0b923820dcc509a6f75849b]",
        query: "SELECT id FROM account WHERE key = $1",
        migration: "DROP INDEX account_key_idx; CREATE INDEX account_key_idx ON account (key)", roles: ["story_user"]),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "an index is dropped that is the front of another", seed: office, options: "params: [7]",
        query: "SELECT id FROM account WHERE org_id = $1", migration: "DROP INDEX account_org_idx",
        roles: ["story_user"]),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "properties of a table that no plan depends on", seed: office, options: "params: [7]",
        query: "SELECT id FROM account WHERE org_id = $1",
        migration: """
          ALTER TABLE account SET (fillfactor = 50, autovacuum_enabled = off);
          ALTER TABLE account REPLICA IDENTITY FULL; COMMENT ON TABLE account IS 'who'
          """, roles: ["story_user"]),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "a page a little further", seed: forum, query: "SELECT id FROM post ORDER BY created LIMIT 20 OFFSET 600",
        changedQuery: "SELECT id FROM post ORDER BY created LIMIT 20 OFFSET 700"),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "a longer page", seed: forum, query: "SELECT id, score FROM post ORDER BY created LIMIT 20",
        changedQuery: "SELECT id, score FROM post ORDER BY created LIMIT 900"),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "a join by one condition more", seed: office,
        query: "SELECT count(*) FROM contact c JOIN account a ON a.id = c.id WHERE c.id <= 100",
        changedQuery: """
          SELECT count(*) FROM contact c JOIN account a ON a.id = c.id AND (a.org_id = 7 OR a.org_id > c.org_id)
          WHERE c.id <= 100
          """, roles: ["story_user"]),
      rule: nil),
    ReportedTests.Reported(
      story: Story(
        name: "a partial index that a narrower condition implies", seed: queue, options: "params: [8]",
        query: "SELECT id FROM job WHERE state = 'ready' AND queue = 'q1' AND priority < $1",
        changedQuery: "SELECT id FROM job WHERE queue = 'q1' AND priority < $1 AND state = 'ready' AND id > 0"),
      rule: nil),
  ]
}
