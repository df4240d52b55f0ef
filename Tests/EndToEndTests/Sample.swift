import TestSupport

/// The small project of these tests: 20,000 orders, a partitioned table of events, queries of every kind.
enum Sample {
  /// The sample, recorded once for all tests, which work on copies.
  static func recorded() throws -> Project { try Project(copying: shared.get()) }

  /// Replaces a project's files with the recorded sample.
  static func recorded(in project: Project) throws -> Project {
    let shared = try shared.get()
    for path in try shared.files() { try project.write(path, shared.read(path)) }
    return project
  }

  /// The output of the first `record`.
  static func firstRecord() throws -> ProgramRun { try firstRun.get() }

  private static let made = Result { () throws -> (project: Project, run: ProgramRun) in
    let project = try Project(files)
    let run = try project.plangate("record")
    guard run.status == 0 else { throw TestFailure("the sample cannot be recorded\n\(run)") }
    return (project, run)
  }

  private static var shared: Result<Project, any Error> { made.map(\.project) }

  private static var firstRun: Result<ProgramRun, any Error> { made.map(\.run) }

  static let files = [
    "seed/01-tables.sql": """
    CREATE TABLE orders (
      id integer PRIMARY KEY,
      customer_id integer NOT NULL,
      parent_id integer,
      status text NOT NULL,
      city text NOT NULL,
      country text NOT NULL
    );

    CREATE TABLE events (id integer NOT NULL, day date NOT NULL, account_id integer NOT NULL, note text NOT NULL)
      PARTITION BY RANGE (day);
    CREATE TABLE events_q1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-04-01');
    CREATE TABLE events_q2 PARTITION OF events FOR VALUES FROM ('2026-04-01') TO ('2026-07-01');
    CREATE TABLE events_q3 PARTITION OF events FOR VALUES FROM ('2026-07-01') TO ('2026-10-01');
    CREATE TABLE events_q4 PARTITION OF events FOR VALUES FROM ('2026-10-01') TO ('2027-01-01');

    """,
    "seed/02-data.sql": """
    -- One order in twenty is of the whale, customer 1; every other customer has about 38.
    -- Each country has two cities of its own.
    INSERT INTO orders
    SELECT n, CASE WHEN n % 20 = 0 THEN 1 ELSE 1 + n % 499 END, n - 1, CASE WHEN n % 3 = 0 THEN 'paid' ELSE 'open' END,
      'city-' || n % 100, 'country-' || (n % 100) / 2
    FROM generate_series(1, 20000) AS n;

    INSERT INTO events
    SELECT n, date '2026-01-01' + n % 365, n % 400, repeat('x', 40) FROM generate_series(1, 20000) AS n;

    """,
    "seed/03-indexes.sql": """
    CREATE INDEX orders_customer_idx ON orders (customer_id);
    CREATE STATISTICS orders_place (dependencies) ON city, country FROM orders;
    CREATE INDEX events_q1_account_idx ON events_q1 (account_id);
    CREATE INDEX events_q2_account_idx ON events_q2 (account_id);
    CREATE INDEX events_q3_account_idx ON events_q3 (account_id);
    CREATE INDEX events_q4_account_idx ON events_q4 (account_id);

    """,
    "seed/04-access.sql": """
    GRANT SELECT ON orders TO app_user;
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders TO app_user USING (customer_id = current_setting('app.customer_id')::integer);

    """,
    "queries/orders_by_customer.sql": """
    SELECT o.id, o.status FROM orders o WHERE o.customer_id = $1 ORDER BY o.id

    """,
    "queries/order_and_parent.sql": """
    SELECT child.id, parent.status
    FROM orders child JOIN orders parent ON parent.id = child.parent_id
    WHERE child.customer_id = 7

    """,
    "queries/events_of_account.sql": """
    SELECT e.id, e.day FROM events e WHERE e.account_id = 42

    """,
    "queries/orders_of_place.sql": """
    SELECT o.id FROM orders o WHERE o.city = :city AND o.country = :country

    """,
    "queries/pay_order.sql": """
    UPDATE orders SET status = 'paid' WHERE id = $1 RETURNING id, status

    """,
    "queries/manifest.yml": """
    version: 1
    seed:
      - ../seed/*.sql
    roles: [app_user]
    settings:
      random_page_cost: 1.1
    queries:
      - file: orders_by_customer.sql
        cases:
          typical: [7]
          whale: [1]
      - file: order_and_parent.sql
      - file: events_of_account.sql
      - file: orders_of_place.sql
        params: {city: city-42, country: country-21}
      - file: pay_order.sql
        params: [4711]
      - name: orders_in
        sql: SELECT id FROM orders WHERE id = ANY($1)
        params: [[1, 2, 3]]
      - name: orders_of_nobody
        sql: SELECT id FROM orders WHERE customer_id = $1
        params: [null]
      - name: order_by_id
        sql: SELECT status FROM orders WHERE id = :id
        params: {id: 42}
        plan: both
      - name: my_orders
        sql: SELECT id FROM orders
        session: {role: app_user, settings: {app.customer_id: "7"}}
      - name: nap
        sql: SELECT pg_sleep(:seconds)
        params: {seconds: 0}

    """,
  ]

  /// The names of its cases, as in reports.
  static let cases = [
    "orders_by_customer@typical", "orders_by_customer@whale", "order_and_parent", "events_of_account",
    "orders_of_place",
    "pay_order", "orders_in", "orders_of_nobody", "order_by_id", "order_by_id@generic", "my_orders", "nap",
  ]

  /// The names of its queries, as in baselines.
  static let queries = [
    "events_of_account", "my_orders", "nap", "order_and_parent", "order_by_id", "orders_by_customer", "orders_in",
    "orders_of_nobody", "orders_of_place", "pay_order",
  ]
}
