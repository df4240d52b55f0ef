/// A project as sqlc users have it: 60 tables with rows, and a directory with 300 queries in 60 files.
///
/// It is generated, with the kinds of tables and queries that such projects have.
enum SqlcDirectory {
  static let tableCount = 60
  static let queryCount = 300

  static func files() -> [String: String] {
    var files = ["queries/manifest.yml": manifest, "seed/01-schema.sql": schema()]
    for number in 0..<tableCount { files["db/query/t\(number).sql"] = queries(number) }
    return files
  }

  private static let manifest = """
    version: 1
    seed: [../seed/*.sql]
    settings: {random_page_cost: 1.1}
    queries:
      # All of the application's.
      - files: ../db/query/*.sql

    """

  /// The kinds of tables, in turn.
  private enum Kind: Int, CaseIterable {
    case account, document, event, membership, setting, item
  }

  private static func kind(_ number: Int) -> Kind { Kind.allCases[number % Kind.allCases.count] }

  private static func schema() -> String {
    var lines = ["CREATE TYPE state AS ENUM ('draft', 'active', 'closed');"]
    for number in 0..<tableCount {
      let (rows, parent) = (400 + number * 10, max(0, number / 6 * 6))
      switch kind(number) {
      case .account:
        lines.append(
          """
          CREATE TABLE t\(number) (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE CHECK (email LIKE '%@%'),
            name varchar(40) NOT NULL, country char(2) NOT NULL, is_active boolean NOT NULL DEFAULT true,
            created_at timestamptz NOT NULL DEFAULT now());
          INSERT INTO t\(number) (email, name, country, is_active, created_at)
          SELECT 'u' || n || '@example.org', 'name ' || n % 90, (ARRAY['de', 'at', 'ch'])[1 + n % 3], n % 9 > 0,
            timestamptz '2026-01-01' + n * interval '1 hour' FROM generate_series(1, \(rows)) AS n;
          """)
      case .document:
        lines.append(
          """
          CREATE TABLE t\(number) (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner_id bigint NOT NULL REFERENCES t\(parent),
            title text NOT NULL, body jsonb NOT NULL, tags text[] NOT NULL, state state NOT NULL, updated_at date);
          INSERT INTO t\(number) (owner_id, title, body, tags, state, updated_at)
          SELECT CASE WHEN n % 4 = 0 THEN 1 ELSE 1 + n % 399 END, 'title ' || n, jsonb_build_object('k' || n % 5, n),
            ARRAY['tag' || n % 7], (ARRAY['draft', 'active', 'closed'])[1 + n % 3]::state, date '2026-01-01' + n % 300
          FROM generate_series(1, \(rows)) AS n;
          """)
      case .event:
        lines.append(
          """
          CREATE TABLE t\(number) (
            id bigserial PRIMARY KEY, account_id bigint NOT NULL REFERENCES t\(parent), kind text NOT NULL,
            amount numeric(12, 2) NOT NULL CHECK (amount > 0), at timestamptz NOT NULL, note text);
          INSERT INTO t\(number) (account_id, kind, amount, at, note)
          SELECT 1 + n % 50, 'kind-' || n % 6, 1 + n % 700, timestamptz '2026-01-01' + n * interval '1 minute',
            CASE WHEN n % 3 = 0 THEN 'note ' || n END FROM generate_series(1, \(rows * 3)) AS n;
          CREATE INDEX t\(number)_account_idx ON t\(number) (account_id, at);
          """)
      case .membership:
        lines.append(
          """
          CREATE TABLE t\(number) (
            account_id bigint NOT NULL REFERENCES t\(parent), team int NOT NULL, role text NOT NULL DEFAULT 'member',
            PRIMARY KEY (account_id, team));
          INSERT INTO t\(number) SELECT n, n % 8, (ARRAY['member', 'admin'])[1 + (n % 20 = 0)::int]
          FROM generate_series(1, 300) AS n;
          """)
      case .setting:
        lines.append(
          """
          CREATE TABLE t\(number) (key text PRIMARY KEY, value text NOT NULL, version int NOT NULL DEFAULT 1);
          INSERT INTO t\(number) SELECT 'key.' || n, 'value ' || n % 30, n % 4 FROM generate_series(1, 120) AS n;
          """)
      case .item:
        lines.append(
          """
          CREATE TABLE t\(number) (
            id int PRIMARY KEY, parent_id int REFERENCES t\(number), sku text NOT NULL, price real NOT NULL,
            available daterange NOT NULL, search tsvector NOT NULL);
          INSERT INTO t\(number)
          SELECT n, nullif(n / 10, 0), 'sku-' || n, n % 90, daterange(date '2026-01-01' + n % 50, NULL),
            to_tsvector('simple', 'word' || n % 40 || ' thing') FROM generate_series(1, \(rows)) AS n;
          """)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Five queries of a table.
  private static func queries(_ number: Int) -> String {
    let table = "t\(number)"
    let account = "t\(max(0, number / 6 * 6))"
    let texts: [(name: String, kind: String, sql: String)]
    switch kind(number) {
    case .account:
      texts = [
        ("Get", "one", "SELECT * FROM \(table) WHERE id = $1 LIMIT 1"),
        ("ByEmail", "one", "SELECT * FROM \(table) WHERE lower(email) = lower(@email) AND is_active = @active"),
        ("List", "many", "SELECT * FROM \(table) WHERE country = $1 ORDER BY created_at DESC LIMIT $2 OFFSET $3"),
        ("Create", "one", "INSERT INTO \(table) (email, name, country) VALUES ($1, $2, $3) RETURNING *"),
        (
          "Update", "exec",
          "UPDATE \(table) SET name = COALESCE(sqlc.narg('name'), name), is_active = @active WHERE id = @id"
        ),
      ]
    case .document:
      texts = [
        ("Get", "one", "SELECT d.*, a.email FROM \(table) d JOIN \(account) a ON a.id = d.owner_id WHERE d.id = $1"),
        (
          "Find", "many",
          "SELECT id FROM \(table) WHERE owner_id = @owner AND (sqlc.narg('state')::state IS NULL OR state = "
            + "sqlc.narg('state')) AND updated_at BETWEEN @since AND @until"
        ),
        ("Tagged", "many", "SELECT id FROM \(table) WHERE tags @> @tags::text[] AND body ->> 'k1' = @k LIMIT @count"),
        (
          "Create", "one",
          "INSERT INTO \(table) (owner_id, title, body, tags, state) VALUES ($1, $2, $3, $4, $5) RETURNING id"
        ),
        ("DeleteMany", "exec", "DELETE FROM \(table) WHERE id = ANY($1::uuid[]) AND state = $2"),
      ]
    case .event:
      texts = [
        (
          "Timeline", "many",
          "SELECT * FROM \(table) WHERE account_id = $1 AND at >= $2 AND at < $3 ORDER BY at DESC LIMIT $4"
        ),
        ("Totals", "many", "SELECT kind, sum(amount) FROM \(table) WHERE kind IN (sqlc.slice('kinds')) GROUP BY kind"),
        (
          "Large", "many",
          "WITH big AS (SELECT * FROM \(table) WHERE amount > @least) SELECT big.id FROM big JOIN \(account) a "
            + "ON a.id = big.account_id WHERE a.country = @country AND big.kind <> @kind"
        ),
        ("Add", "exec", "INSERT INTO \(table) (account_id, kind, amount, at, note) VALUES ($1, $2, $3, $4, $5)"),
        (
          "Search", "many",
          "SELECT id FROM \(table) WHERE note ILIKE '%' || @word::text || '%' AND id > @after LIMIT 50"
        ),
      ]
    case .membership:
      texts = [
        ("Is", "one", "SELECT EXISTS (SELECT 1 FROM \(table) WHERE account_id = $1 AND team = $2)"),
        ("OfTeam", "many", "SELECT a.* FROM \(table) m JOIN \(account) a ON a.id = m.account_id WHERE m.team = @team"),
        ("Add", "exec", "INSERT INTO \(table) (account_id, team) VALUES ($1, $2)"),
        (
          "Set", "exec",
          "INSERT INTO \(table) VALUES (@account, @team, @role) ON CONFLICT (account_id, team) DO UPDATE SET role = "
            + "EXCLUDED.role"
        ),
        ("Leave", "exec", "DELETE FROM \(table) WHERE account_id = $1 AND team = $2"),
      ]
    case .setting:
      texts = [
        ("Get", "one", "SELECT value FROM \(table) WHERE key = $1"),
        ("Prefix", "many", "SELECT * FROM \(table) WHERE key LIKE $1 ORDER BY key"),
        ("Newer", "many", "SELECT count(*) FROM \(table) WHERE version >= $1"),
        ("Put", "exec", "UPDATE \(table) SET value = $2, version = version + 1 WHERE key = $1 AND version = $3"),
        ("Create", "exec", "INSERT INTO \(table) (key, value) SELECT @key, @value"),
      ]
    case .item:
      texts = [
        ("Get", "one", "SELECT * FROM \(table) WHERE id = sqlc.arg(id)"),
        (
          "Children", "many",
          "WITH RECURSIVE r AS (SELECT id FROM \(table) WHERE parent_id = $1 UNION ALL SELECT c.id FROM \(table) c "
            + "JOIN r ON c.parent_id = r.id) SELECT * FROM r LIMIT $2"
        ),
        ("Search", "many", "SELECT id FROM \(table) WHERE search @@ plainto_tsquery('simple', $1) AND price <= $2"),
        ("On", "many", "SELECT id FROM \(table) WHERE available @> @day::date"),
        (
          "Page", "many",
          "SELECT i.id FROM \(table) i WHERE (i.price, i.id) > (@price, @id) ORDER BY i.price, i.id LIMIT @count::int"
        ),
      ]
    }
    return texts.map { "-- name: \($0.name)T\(number) :\($0.kind)\n\($0.sql);\n" }.joined(separator: "\n")
  }
}
