import PlanCore
import Testing

@testable import GateCommand

/// What happened in real applications, with the verdict that it deserves.
@Suite struct FieldStories {
  /// A change and what plangate must say of it.
  struct Told: Sendable, CustomTestStringConvertible {
    let story: Story
    /// The rule that must fail; nil for a change that must not be red.
    var rule: String?
    /// Texts that its message has.
    var words: [String] = []
    /// Rules that must have no finding at all.
    var silent: [String] = []
    /// Rules that must warn.
    var warning: [String] = []
    var verdict: Verdict?

    var testDescription: String { story.name }
  }

  @Test(arguments: Told.all)
  func `a change gets the verdict that it deserves`(told: Told) throws {
    try CorpusWorker.with { worker in
      let outcome = try worker.outcome(of: told.story)
      let words = outcome.inWords
      if let rule = told.rule {
        #expect(outcome.verdict == .regressed, "\(words)")
        let finding = outcome.findings.first { $0.isFailing && $0.rule == rule }
        for text in told.words { #expect(finding?.message.contains(text) == true, "\(text) in:\n\(words)") }
        #expect(finding != nil, "\(words)")
      } else {
        #expect(!outcome.isFailed(strict: false), "\(words)")
      }
      if let verdict = told.verdict { #expect(outcome.verdict == verdict, "\(words)") }
      for rule in told.silent { #expect(!outcome.findings.contains { $0.rule == rule }, "\(rule) in:\n\(words)") }
      for rule in told.warning {
        #expect(outcome.findings.contains { $0.rule == rule && $0.severity == .warn }, "\(rule) in:\n\(words)")
      }
    }
  }
}

// MARK: Databases

private let notes = """
  CREATE SCHEMA auth;
  CREATE FUNCTION auth.uid() RETURNS bigint LANGUAGE plpgsql STABLE
    AS $$ BEGIN RETURN current_setting('app.uid')::bigint; END $$;
  CREATE FUNCTION norm(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN lower(t); END $$;
  CREATE TABLE note (id bigint PRIMARY KEY, user_id bigint NOT NULL, kind int NOT NULL, body text NOT NULL);
  INSERT INTO note SELECT i, i % 500, i % 7, md5(i::text) FROM generate_series(1, 20000) i;
  ALTER TABLE note ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON note USING (user_id = (SELECT auth.uid()));
  GRANT USAGE ON SCHEMA auth TO story_user;
  GRANT SELECT ON note TO story_user;
  """

private func policy(_ name: String, _ migration: String, query: String = "SELECT id FROM note WHERE kind = 3") -> Story
{
  Story(
    name: name, seed: notes, options: #"session: {role: story_user, settings: {app.uid: "7"}}"#, query: query,
    migration: migration, roles: ["story_user"])
}

private let documents = """
  CREATE TABLE doc (id int PRIMARY KEY, owner int NOT NULL, body text NOT NULL);
  INSERT INTO doc SELECT i, i % 2000, md5(i::text) FROM generate_series(1, 10000) i;
  CREATE TABLE tag (id int PRIMARY KEY, owner int NOT NULL);
  INSERT INTO tag SELECT i, i FROM generate_series(1, 60) i;
  CREATE TABLE key (id int PRIMARY KEY, code text NOT NULL);
  INSERT INTO key SELECT i, 'code ' || i FROM generate_series(1, 10000) i;
  CREATE INDEX key_code_idx ON key (code);
  """

private func common(_ word: String) -> String {
  """
  WITH x AS \(word) (SELECT id, owner FROM doc WHERE body LIKE '%7%')
  SELECT t.id, (SELECT count(*) FROM x WHERE x.owner = t.owner) AS documents,
    (SELECT max(k.id) FROM key k WHERE k.code = 'code 77') AS key
  FROM tag t
  """
}

private let orders = """
  CREATE TABLE country (code int PRIMARY KEY, name text NOT NULL);
  INSERT INTO country SELECT i, 'c' || i FROM generate_series(1, 250) i;
  CREATE TABLE orders (id int PRIMARY KEY, country int NOT NULL, customer int NOT NULL, state int NOT NULL,
    note text NOT NULL);
  INSERT INTO orders SELECT i, i % 250 + 1, i % 1000, i % 5, repeat('n', 60) FROM generate_series(1, 20000) i;
  CREATE INDEX orders_customer_idx ON orders (customer);
  """

private let excluded = """
  CREATE TABLE a (id bigint PRIMARY KEY, v int NOT NULL);
  INSERT INTO a SELECT i, i % 100 FROM generate_series(1, 1000) i;
  CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint, v int NOT NULL);
  INSERT INTO b SELECT i, CASE WHEN i % 3 = 0 THEN i END, i % 100 FROM generate_series(1, 20000) i;
  """

// MARK: The stories

extension FieldStories.Told {
  static let all = functions + wholes + scans + sizes + better

  static let functions = [
    // Seq Scan, 20,000 rows, then too; blocks 207 -> 207, cost 507 -> 5,507.
    FieldStories.Told(
      story: policy(
        "a policy calls its function without the sub-select",
        "ALTER POLICY own ON note USING (user_id = auth.uid())"),
      rule: "function-per-row", words: ["auth.uid()", "20,000 rows", "once in the baseline"]),
    FieldStories.Told(
      story: policy(
        "a policy calls its function for an index",
        "ALTER POLICY own ON note USING (user_id = auth.uid()); CREATE INDEX ON note (user_id)"),
      silent: ["function-per-row"]),
    FieldStories.Told(
      story: policy(
        "a policy gets a second condition",
        "ALTER POLICY own ON note USING (user_id = (SELECT auth.uid()) AND kind < 100)"),
      silent: ["function-per-row"], verdict: .passed),
    FieldStories.Told(
      story: policy(
        "a policy calls its function for few rows", "ALTER POLICY own ON note USING (user_id = auth.uid())",
        query: "SELECT id FROM note WHERE id BETWEEN 40 AND 60"),
      silent: ["function-per-row"]),
    // Blocks 207 -> 207, cost 507 -> 5,457: nothing is read that was not.
    FieldStories.Told(
      story: Story(
        name: "a condition calls a function of its own", seed: notes,
        query: "SELECT id FROM note WHERE lower(body) = 'a'",
        changedQuery: "SELECT id FROM note WHERE norm(body) = 'a'", roles: ["story_user"]),
      rule: "cost", warning: ["function-per-row"]),
    FieldStories.Told(
      story: Story(
        name: "a condition calls another built-in function", seed: notes,
        query: "SELECT id FROM note WHERE lower(body) = 'a'",
        changedQuery: "SELECT id FROM note WHERE upper(body) = 'A'",
        roles: ["story_user"]),
      silent: ["function-per-row"], verdict: .passed),
  ]

  static let wholes = [
    FieldStories.Told(
      story: Story(
        name: "a common table expression is materialized again", seed: documents,
        options: "session: {settings: {work_mem: 64kB}}", query: common("NOT MATERIALIZED"),
        changedQuery: common("MATERIALIZED"))),
    FieldStories.Told(
      story: Story(
        name: "an index is lost where the rest became far cheaper", seed: documents,
        options: "session: {settings: {work_mem: 64kB}}", query: common("NOT MATERIALIZED"),
        migration: "DROP INDEX key_code_idx", changedQuery: common("MATERIALIZED")),
      rule: "seq-scan", words: ["public.key"]),
    FieldStories.Told(
      story: Story(
        name: "a common table expression is no longer materialized", seed: documents, query: common("MATERIALIZED"),
        changedQuery: common("NOT MATERIALIZED")),
      rule: "buffers"),
    FieldStories.Told(
      story: Story(
        name: "NOT IN becomes NOT EXISTS", seed: excluded, options: "session: {settings: {work_mem: 64kB}}",
        query: "SELECT count(*) FROM a WHERE id NOT IN (SELECT a_id FROM b WHERE a_id IS NOT NULL AND v < 95)",
        changedQuery: "SELECT count(*) FROM a WHERE NOT EXISTS (SELECT FROM b WHERE a_id = a.id AND v < 95)")),
    FieldStories.Told(
      story: Story(
        name: "NOT EXISTS becomes NOT IN", seed: excluded, options: "session: {settings: {work_mem: 64kB}}",
        query: "SELECT count(*) FROM a WHERE NOT EXISTS (SELECT FROM b WHERE a_id = a.id AND v < 95)",
        changedQuery: "SELECT count(*) FROM a WHERE id NOT IN (SELECT a_id FROM b WHERE a_id IS NOT NULL AND v < 95)"),
      rule: "cost"),
  ]

  private static let joined =
    "SELECT o.id, c.name FROM orders o LEFT JOIN country c ON c.code = o.country WHERE o.id = 42"

  static let scans = [
    FieldStories.Told(
      story: Story(
        name: "a small table is counted beside a join by its key", seed: orders, query: joined,
        changedQuery: joined.replacing("c.name", with: "c.name, (SELECT count(*) FROM country WHERE name > 'c5')")),
      silent: ["seq-scan"], warning: ["new-seq-scan"]),
    FieldStories.Told(
      story: Story(
        name: "a join by the key of a small table is counted and loses its index", seed: orders, query: joined,
        migration: "ALTER TABLE country DROP CONSTRAINT country_pkey",
        changedQuery: joined.replacing("c.name", with: "c.name, (SELECT count(*) FROM country WHERE name > 'c5')")),
      rule: "seq-scan"),
    FieldStories.Told(
      story: Story(
        name: "a better index leads to fewer rows", seed: orders,
        query: "SELECT id FROM orders WHERE customer = 77 AND note = 'x' AND country = 78",
        migration: "ALTER TABLE orders ALTER note TYPE text USING note || id; CREATE INDEX ON orders (note)"),
      silent: ["index-cond-lost"]),
  ]

  static let sizes = [
    FieldStories.Told(
      story: Story(
        name: "a backfill of all rows doubles the pages", seed: orders,
        query: "SELECT count(*) FROM orders WHERE state = 3",
        migration: "UPDATE orders SET state = state")),
    FieldStories.Told(
      story: Story(
        name: "a column of much text fills many pages", seed: orders,
        query: "SELECT count(*) FROM orders WHERE state = 3",
        migration: "ALTER TABLE orders ADD body text; UPDATE orders SET body = repeat('b', 600)"),
      rule: "buffers"),
    FieldStories.Told(
      story: Story(
        name: "a seed of some rows more gives one customer many of them", seed: orders,
        query: "SELECT id FROM orders WHERE customer = 77",
        migration: """
          INSERT INTO orders SELECT i, 1, CASE WHEN i % 4 = 0 THEN 77 ELSE i % 1000 END, 1, repeat('n', 1900)
          FROM generate_series(20001, 20600) i
          """)),
  ]

  static let better = [
    // Bitmap Heap Scan, then too: 400 -> 20 rows fetched, blocks 250 -> 22.
    FieldStories.Told(
      story: Story(
        name: "an index of the same name leads to a column more",
        seed: """
          CREATE TABLE job (id int PRIMARY KEY, queue int NOT NULL, state int NOT NULL, payload text NOT NULL);
          INSERT INTO job SELECT i, i % 50, (i / 50) % 20, repeat('p', 60) FROM generate_series(1, 20000) i;
          CREATE INDEX job_queue_idx ON job (queue);
          """, query: "SELECT id FROM job WHERE queue = 8 AND state = 3",
        migration: "DROP INDEX job_queue_idx; CREATE INDEX job_queue_idx ON job (queue, state)"),
      verdict: .improved),
    FieldStories.Told(
      story: Story(
        name: "VACUUM FULL makes a table smaller and its plan no better",
        seed: orders + "UPDATE orders SET state = state;", query: "SELECT count(*) FROM orders WHERE state = 3",
        migration: "CLUSTER orders USING orders_pkey"),
      verdict: .passed),
  ]
}
