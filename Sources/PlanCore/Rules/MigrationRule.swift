/// What a migration rule says of a migration.
package struct MigrationFinding: Equatable, Sendable {
  package let rule: String
  package let severity: Severity
  package let relation: RelationName
  /// The line of the statement, from 1; 0 for a statement of a command.
  package let line: Int
  package let message: String
  /// The usual remedy.
  package let fix: String

  package init(
    rule: String, severity: Severity, relation: RelationName, line: Int, message: String, fix: String
  ) {
    (self.rule, self.severity, self.relation) = (rule, severity, relation)
    (self.line, self.message, self.fix) = (line, message, fix)
  }

  package var isFailing: Bool { severity == .fail }
}

/// A rule on migrations; all are off unless the manifest sets them.
///
/// Tables that the migration makes, and those below the floor, are not judged.
package struct MigrationRule: Sendable {
  package let id: String
  /// What the rule finds, one line without a final full stop.
  package let summary: String
  /// The usual remedy, in one line without a final full stop.
  package let fix: String
  private let find: @Sendable (MigrationReport) -> [Found]

  fileprivate typealias Found = (relation: RelationName, statement: MigrationReport.Statement, message: String)

  /// The rows of a table from which it is judged.
  private static let floor = RuleKey(
    "floor", default: 1000, atLeast: 0, "rows of the table, from which it is judged")

  /// The rules, in the order in which their findings are reported.
  package static let all = [rewrite, scanUnderLock, noLockTimeout, blocksWrites]

  package static let rewrite = MigrationRule(
    id: "migration-rewrite", summary: "a migration writes a table anew",
    fix: "add a new column or table, copy the rows in batches, and switch over (expand and contract)"
  ) { report in
    report.statements.flatMap { statement in
      statement.rewritten.map { table in
        let reasons = statement.reasonText(table).map { ": \($0)" } ?? ""
        return (table, statement, "\(table) is written anew, all its rows and indexes\(reasons)")
      }
    }
  }

  package static let scanUnderLock = MigrationRule(
    id: "migration-scan-under-lock", summary: "a migration reads a table while it blocks writes to it",
    fix: "add the constraint NOT VALID and VALIDATE it in another transaction; build the index CONCURRENTLY"
  ) { report in
    report.firstFound(in: report.blocking) { held in
      let read = report.statements[held.since...held.until].reduce(0.0) { $0 + ($1.rowsRead[held.lock.relation] ?? 0) }
      guard read > 0 else { return nil }
      return (
        held.lock.relation, report.statements[held.since],
        "\(Figures.grouped(read)) rows of \(held.lock.relation) are read under its \(held.lock.mode.rawValue) lock"
      )
    }
  }

  package static let noLockTimeout = MigrationRule(
    id: "migration-no-lock-timeout", summary: "a migration waits for a lock without lock_timeout",
    fix: "SET lock_timeout = '2s' before it, and try again when it runs out"
  ) { report in
    report.firstFound(in: report.blocking) { held in
      let statement = report.statements[held.since]
      guard statement.lockTimeout == "0" else { return nil }
      return (
        held.lock.relation, statement,
        "it waits for its \(held.lock.mode.rawValue) lock on \(held.lock.relation) without lock_timeout, and everybody "
          + "else waits behind it"
      )
    }
  }

  package static let blocksWrites = MigrationRule(
    id: "migration-blocks-writes", summary: "a migration blocks writes to a table",
    fix: "use the CONCURRENTLY form, keep the transaction short, and write many rows in batches of their own"
  ) { report in
    // The last one is the strongest.
    report.firstFound(in: report.blocking.reversed()) { held in
      let cases = held.blocked.isEmpty ? "" : ", and \(held.blocked.count) of the manifest's cases"
      return (
        held.lock.relation, report.statements[held.since],
        "its \(held.lock.mode.rawValue) lock on \(held.lock.relation) \(held.lock.mode.effect ?? "")\(cases)"
      )
    }
  }

  package var parameters: [Rule.Parameter] { [MigrationRule.floor.parameter] }

  package func findings(in report: MigrationReport, _ settings: RuleSettings?) -> [MigrationFinding] {
    guard let settings, settings.severity != .off else { return [] }
    return find(report).filter { report.rows[$0.relation] ?? 0 >= settings[MigrationRule.floor] }.map { found in
      let line = found.statement.line
      return MigrationFinding(
        rule: id, severity: settings.severity, relation: found.relation, line: line,
        message: line > 0 ? found.message : "\(found.statement.place): \(found.message)", fix: fix)
    }
  }
}

extension MigrationReport {
  /// The locks that block writes, or reads too.
  fileprivate var blocking: [HeldLock] { held.filter { $0.lock.mode.blocks(.rowExclusive) } }

  /// What `find` says of locks, one for each table and transaction, as the remedy is the same.
  fileprivate func firstFound(in locks: [HeldLock], _ find: (HeldLock) -> MigrationRule.Found?) -> [MigrationRule.Found]
  {
    var concerned: Set<String> = []
    return locks.compactMap { held in
      let key = "\(held.until) \(held.lock.relation)"
      guard !concerned.contains(key), let found = find(held) else { return nil }
      concerned.insert(key)
      return found
    }
  }

  /// The report with what the manifest's rules find.
  package func judged(by settings: [String: RuleSettings]) -> MigrationReport {
    var report = self
    report.findings = MigrationRule.all.flatMap { $0.findings(in: self, settings[$0.id]) }
    return report
  }
}
