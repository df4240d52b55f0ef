import PlanCore

/// The files that `plangate init` writes where it finds nothing: a project that passes at once and has a plan worth
/// checking.
struct StarterProject {
  let place: ManifestPlace

  struct File: Equatable, Sendable {
    let path: String
    let text: String
  }

  /// The repository of plangate on GitHub, with its action, its schemas and its documents.
  ///
  /// A build of a fork changes it here: a workflow with a placeholder would not run.
  static let repository = "plangate/plangate"

  /// The schema with which editors check a manifest.
  static let schema = "https://raw.githubusercontent.com/\(repository)/main/schemas/manifest.schema.json"

  var manifest: File {
    File(
      path: place.manifest,
      text: """
        # yaml-language-server: $schema=\(StarterProject.schema)
        #
        # The reference of this file: https://github.com/\(StarterProject.repository)/blob/main/docs/manifest.md
        # All paths are relative to this file. `plangate record` writes the baselines, `plangate check` compares.
        version: 1
        \(place.baselines.map { "baselines: \($0)\n" } ?? "")
        # The steps that fill the disposable database, in order: SQL files, pg_dump archives (*.dump), commands.
        # Replace the example with your own: the migrations, and some rows. A few thousand rows per table are enough
        # if they are skewed like production's; with fewer, PostgreSQL reads whole tables and a lost index goes unnoticed.
        seed:
          - ../\(StarterProject.example.path)
          # - run: make -C .. migrate       # DATABASE_URL and PG* point to the disposable server
          # - ../seed/*.sql                 # globs sort by name

        # Production's planner settings: plans depend on them.
        settings:
          random_page_cost: 1.1             # SSD
          # work_mem: 16MB
          # effective_cache_size: 4GB

        # Severities of the rules. These are the defaults of two rules.
        # rules:
        #   seq-scan: fail                  # fail, warn, off
        #   row-estimate: {severity: fail, threshold: 10}

        # A query is one statement in its own file; its name is the file name without .sql.
        queries:
          - file: \(StarterProject.queryName).sql
            cases:                          # different values, different plans: a typical customer and the biggest one
              typical: [7]                  # for $1
              whale: [1]

          # - file: order_search.sql
          #   params: {tenant: 7, term: lamp}         # one case; for :tenant and :term
          #   plan: both                              # also the generic plan of prepared statements
          #   session: {role: app_user}               # under row-level security
          #   waive:                                  # accepted until a date
          #     - {rule: seq-scan, relation: public.orders, reason: "the index comes back", until: 2027-06-30}

        """)
  }

  static let example = File(
    path: "seed/plangate_example.sql",
    text: """
      -- The example of plangate init: 50,000 orders of 2,000 customers. Every tenth order is customer 1's.
      CREATE TABLE orders (
        id integer PRIMARY KEY,
        customer_id integer NOT NULL,
        status text NOT NULL,
        total_cents integer NOT NULL,
        placed_at timestamptz NOT NULL
      );

      INSERT INTO orders
      SELECT n, CASE WHEN n % 10 = 0 THEN 1 ELSE 2 + n % 1999 END, CASE WHEN n % 50 = 0 THEN 'open' ELSE 'paid' END,
        500 + n % 9500, timestamptz '2026-01-01 00:00:00+00' + n * interval '10 minutes'
      FROM generate_series(1, 50000) AS n;

      -- Remove this index and run `plangate check`: it fails and says why.
      CREATE INDEX orders_customer_placed_idx ON orders (customer_id, placed_at);

      """)

  private static let queryName = "example_orders"

  var query: File {
    File(
      path: "\(place.directory)/\(StarterProject.queryName).sql",
      text: """
        -- The newest orders of a customer.
        SELECT id, status, total_cents, placed_at
        FROM orders
        WHERE customer_id = $1
        ORDER BY placed_at DESC
        LIMIT 20

        """)
  }

  /// The GitHub workflow.
  ///
  /// - Parameters:
  ///   - manifest: the manifest's path from the root of the repository.
  ///   - setUp: lines of steps before the action.
  ///   - inputs: the action's inputs.
  static func workflow(
    manifest: String = Options.defaultManifest, setUp: [String] = [], inputs: [(name: String, value: String)] = []
  ) -> String {
    let steps = setUp.map { $0 + "\n" }.joined()
    let with =
      inputs.isEmpty
      ? "" : "        with:\n" + inputs.map { "          \($0.name): \(YAMLText.scalar($0.value))\n" }.joined()
    return """
      # Checks the plans of the queries in \(manifest): https://github.com/\(repository)
      name: plangate

      on:
        pull_request:                   # never pull_request_target: see SECURITY.md of plangate
        push:
          branches: [main]

      permissions:
        contents: read

      jobs:
        plans:
          runs-on: ubuntu-latest
          timeout-minutes: 20
          steps:
            - uses: actions/checkout@v4
              with:
                persist-credentials: false    # the seed runs commands, and they need no token

      """ + steps + """
              # Downloads plangate and runs `plangate check`. It makes its own PostgreSQL server; no service is needed.
              - uses: \(repository)/.github/actions/plangate@v\(Release.version)

        """ + with
  }
}
