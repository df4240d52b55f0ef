/// What `plangate init` writes: a project that is green at once and has a plan worth gating.
enum StarterProject {
  struct File: Equatable, Sendable {
    let path: String
    let text: String
  }

  /// Where plangate is on GitHub, with its action, its schemas and its documents. A build of a copy that has another
  /// address changes it here: a workflow with a name to be filled in would not run.
  static let repository = "plangate/plangate"

  /// Where editors find out what a manifest may hold.
  static let schema = "https://raw.githubusercontent.com/\(repository)/main/schemas/manifest.schema.json"

  static let manifest = File(
    path: Options(command: .initialize).manifest,
    text: """
      # yaml-language-server: $schema=\(schema)
      #
      # What plangate checks: https://github.com/\(repository)/blob/main/docs/manifest.md
      # All paths are relative to this file. `plangate record` writes the baselines, `plangate check` compares.
      version: 1

      # What fills the disposable database, in this order: SQL files, pg_dump archives (*.dump), commands.
      # Put your own here: the migrations, and some rows. A few thousand a table are enough when they are skewed as
      # production's are; with less, PostgreSQL reads whole tables and a lost index does not show.
      seed:
        - ../\(example.path)
        # - run: make -C .. migrate       # DATABASE_URL and PG* point to the disposable server
        # - ../seed/*.sql                 # globs sort by name

      # The planner's world, as production has it: plans depend on it.
      settings:
        random_page_cost: 1.1             # SSD
        # work_mem: 16MB
        # effective_cache_size: 4GB

      # What fails and what warns. Every rule has a default; these two are them.
      # rules:
      #   seq-scan: fail                  # fail, warn, off
      #   row-estimate: {severity: fail, threshold: 10}

      # A query is one statement in a file of its own; it is called as the file is, without .sql.
      queries:
        - file: \(queryName).sql
          cases:                          # other values, other plans: a typical customer and the biggest one
            typical: [7]                  # for $1
            whale: [1]

        # - file: order_search.sql
        #   params: {tenant: 7, term: lamp}         # one case; for :tenant and :term
        #   plan: both                              # also the generic plan of prepared statements
        #   session: {role: app_user}               # under row-level security
        #   waive:                                  # accepted for now, and until when
        #     - {rule: seq-scan, relation: public.orders, reason: "the index comes back", until: 2027-06-30}

      """)

  static let example = File(
    path: "seed/plangate_example.sql",
    text: """
      -- The example of plangate init: 50,000 orders of 2,000 customers. Customer 1 has every tenth of them.
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

  static let query = File(
    path: "queries/\(queryName).sql",
    text: """
      -- The newest orders of a customer.
      SELECT id, status, total_cents, placed_at
      FROM orders
      WHERE customer_id = $1
      ORDER BY placed_at DESC
      LIMIT 20

      """)

  static let workflow = File(
    path: ".github/workflows/plangate.yml",
    text: """
      # Checks the plans of the queries in \(Options(command: .initialize).manifest): https://github.com/\(repository)
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
          container: swift:6.3              # the action builds plangate, once
          timeout-minutes: 20
          steps:
            - uses: actions/checkout@v4
              with:
                persist-credentials: false    # the seed runs commands, and they need no token
            # Installs plangate and runs `plangate check`. It makes its own PostgreSQL server; no service is needed.
            - uses: \(repository)/.github/actions/plangate@main

      """)

  /// The three steps that come next.
  ///
  /// - Parameter hasExample: whether the manifest is the one above.
  static func nextSteps(hasExample: Bool) -> [(command: String, text: String)] {
    [
      ("plangate record", "writes the baselines; read them and commit them"),
      (
        "plangate check",
        hasExample
          ? "is green; drop the index from the seed, and it fails"
          : "compares; plangate record accepts what is meant"
      ),
      (
        "edit \(manifest.path)",
        hasExample ? "your migrations, rows and queries for the example" : "list the queries that matter"
      ),
    ]
  }
}
