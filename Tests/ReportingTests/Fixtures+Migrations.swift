import PlanCore
import Reporting

extension Shop {
  private static let orders = RelationName(schema: "public", name: "orders")

  /// A run of `plangate migrate`: the first migration rewrites a table, the second drops the index of a query, the
  /// third does nothing to others, and a command follows.
  static func migrated() throws -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "ci/queries.yml")
    run.servers = ["18.1"]
    run.duration = .seconds(2)
    run.before = StateLabel("the state before 1_amount.sql")
    var slow = try regressed()
    slow.migration = "db/2_drop.sql"
    slow.history = steps([25.93, 25.93, 2636.02, 2636.02, 2636.02], [24, 24, 836, 836, 836])
    var same = try passed()
    same.history = steps([25.93, 25.93, 25.93, 25.93, 25.93], [24, 24, 24, 24, 24])
    run.cases = [same, slow]
    for index in run.cases.indices { run.cases[index].hasBaselines = false }
    run.migrations = [amount(), drop(), MigrationReport(file: "db/3_notes.sql"), command()]
    return run
  }

  static let migrationFiles = ["db/1_amount.sql", "db/2_drop.sql", "db/3_notes.sql", "make seed"]

  private static func steps(_ costs: [Double], _ blocks: [Double?]) -> [CaseOutcome.Step] {
    zip(["before"] + migrationFiles, zip(costs, blocks)).map { label, figures in
      CaseOutcome.Step(label: label, cost: figures.0, blocks: figures.1)
    }
  }

  private static func amount() -> MigrationReport {
    var migration = MigrationReport(file: migrationFiles[0])
    var statement = MigrationReport.Statement(text: "ALTER TABLE orders ALTER amount TYPE bigint", line: 2)
    statement.locks = [RelationLock(orders, .accessExclusive)]
    statement.rewritten = [orders, RelationName(schema: "public", name: "orders_pkey")]
    statement.rewriteReasons = [
      orders: [RewriteReason(.type, column: "amount", before: "integer", now: "bigint")]
    ]
    statement.rowsRead = [orders: 60_000]
    statement.walBytes = 9e6
    migration.statements = [statement]
    let blocked = [CaseID("orders_by_customer", "typical"), CaseID("newest_customers", nil), CaseID("elsewhere", nil)]
    migration.held = [
      MigrationReport.HeldLock(lock: RelationLock(orders, .accessExclusive), since: 0, until: 0, blocked: blocked)
    ]
    migration.rows = [orders: 60_000]
    migration.downProblems = ["the values of public.orders.amount", "the column public.orders.note"]
    return migration.judged(by: [
      MigrationRule.rewrite.id: RuleSettings(severity: .fail, values: [:]),
      MigrationRule.noLockTimeout.id: RuleSettings(severity: .warn, values: [:]),
    ])
  }

  private static func drop() -> MigrationReport {
    var migration = MigrationReport(file: migrationFiles[1])
    var statement = MigrationReport.Statement(text: "DROP INDEX orders_customer_idx", line: 1)
    statement.locks = [RelationLock(orders, .accessExclusive)]
    statement.lockTimeout = "2s"
    migration.statements = [statement]
    migration.held = [
      MigrationReport.HeldLock(lock: RelationLock(orders, .accessExclusive), since: 0, until: 0, blocked: [])
    ]
    migration.rows = [orders: 60_000]
    migration.downProblems = []
    return migration
  }

  private static func command() -> MigrationReport {
    var migration = MigrationReport(file: migrationFiles[3])
    var statement = MigrationReport.Statement(text: "ALTER TABLE orders ADD note text", line: 0)
    statement.locks = [RelationLock(orders, .accessExclusive)]
    migration.statements = [statement]
    migration.held = [
      MigrationReport.HeldLock(lock: RelationLock(orders, .accessExclusive), since: 0, until: 0, blocked: [])
    ]
    migration.rows = [orders: 60_000]
    return migration.judged(by: [MigrationRule.noLockTimeout.id: RuleSettings(severity: .warn, values: [:])])
  }
}
