import PlanCore

/// The statements of a command as they show by what event triggers said of them, one after the other.
struct CommandProgress {
  /// The relations that were there before, by OID; their names in the report.
  private let known: [String: MigrationMoment.Relation]
  private var counts: [String: MigrationMoment.Counts]
  /// The files that each relation had: a rollback brings an old one back.
  private var files: [String: Set<String>]
  /// The tables as they were before.
  private let shapes: TableShapes
  /// The names of the transactions that were rolled back.
  private let aborted: Set<String>
  private var wal: Double

  private struct Transaction {
    let name: String
    /// The tables that it altered, as its last statements left them.
    var shapes: [String: TableShape] = [:]
    var held: Set<[String]> = []
    var statements: [MigrationReport.Statement] = []
  }

  /// In the order in which they began.
  private var transactions: [Transaction] = []

  init(
    _ before: MigrationMoment, _ known: [String: MigrationMoment.Relation], _ shapes: TableShapes,
    aborted: Set<String>
  ) {
    (self.known, self.shapes, self.aborted) = (known, shapes, aborted)
    counts = before.relations.mapValues(\.counts)
    files = before.relations.mapValues { [$0.file] }
    wal = before.wal
  }

  mutating func note(_ event: MigrationEvent) {
    let position =
      transactions.lastIndex { $0.name == event.transaction }
      ?? {
        transactions.append(Transaction(name: event.transaction))
        return transactions.count - 1
      }()
    var statement = MigrationReport.Statement(
      text: event.isStart ? MigrationObserver.others : event.text, line: 0)
    statement.lockTimeout = event.lockTimeout
    statement.walBytes = max(0, event.wal - wal)
    wal = max(wal, event.wal)
    for lock in event.locks where !transactions[position].held.contains(lock.key) {
      guard let name = known[lock.key[0]]?.name, let mode = LockMode(lockName: lock.key[1]) else { continue }
      statement.locks.append(RelationLock(name, mode))
    }
    let last = transactions[position].held
    transactions[position].held = Set(event.locks.map(\.key))
    statement.locks.sort { ($0.relation, $0.mode) < ($1.relation, $1.mode) }
    let empty = Set(event.locks.filter(\.isEmpty).map { $0.key[0] })
    for (oid, file) in Set(event.locks.map { [$0.key[0], $0.file ?? "0"] }).map({ ($0[0], $0[1]) }) {
      note(file: file, of: oid, isEmpty: known[oid].map { empty.contains($0.table) } ?? false, &statement)
    }
    noteReasons(of: event, last, &statement)
    transactions[position].shapes.merge(event.shapes) { $1 }
    for (oid, now) in event.counts { note(now, of: oid, &statement) }
    statement.rewritten.sort()
    // Most of what comes before a DDL statement was said at the end of the one before.
    if event.isStart, statement.doesNothing { return }
    transactions[position].statements.append(statement)
  }

  /// - Parameter held: the locks that its transaction held before.
  private func noteReasons(
    of event: MigrationEvent, _ held: Set<[String]>, _ statement: inout MigrationReport.Statement
  ) {
    if statement.rewritten.isEmpty { return }
    let words = event.isStart ? [] : event.tag.lowercased().split(separator: " ").map(String.init)
    for oid in Set(event.locks.map { $0.key[0] }) {
      guard let name = known[oid]?.name, statement.rewritten.contains(name) else { continue }
      let reasons =
        RewriteReason(words).map { [$0] }
        ?? lastShape(of: oid, for: event.transaction, held).flatMap { event.shapes[oid]?.reasons(since: $0) } ?? []
      if !reasons.isEmpty { statement.rewriteReasons[name] = reasons }
    }
  }

  /// The table as it is for a transaction before its next statement.
  private func lastShape(of oid: String, for transaction: String, _ held: Set<[String]>) -> TableShape? {
    // A rollback to a savepoint gives locks back, and what was changed with them.
    let isHeld = held.contains([oid, "AccessExclusiveLock"])
    let own = transactions.last { $0.name == transaction && isHeld }?.shapes[oid]
    let others = transactions.reversed().lazy.filter { $0.name != transaction && !aborted.contains($0.name) }
    return own ?? others.compactMap { $0.shapes[oid] }.first ?? shapes[oid]
  }

  /// - Returns: the relation, if the file is a new one.
  @discardableResult
  private mutating func note(
    file: String, of oid: String, isEmpty: Bool, _ statement: inout MigrationReport.Statement
  ) -> RelationName? {
    guard let name = known[oid]?.name, file != "0", files[oid, default: []].insert(file).inserted else { return nil }
    if !isEmpty { statement.rewritten.append(name) }
    return name
  }

  private mutating func note(
    _ now: MigrationMoment.Counts, of oid: String, _ statement: inout MigrationReport.Statement
  ) {
    guard let name = known[oid]?.name else { return }
    let last = counts[oid] ?? MigrationMoment.Counts()
    if now.read > last.read { statement.rowsRead[name] = now.read - last.read }
    if now.written > last.written { statement.rowsWritten[name] = now.written - last.written }
    if now.changed > last.changed { statement.rowsChanged[name] = now.changed - last.changed }
    counts[oid] = now
  }

  /// The statements of each transaction.
  ///
  /// What no event said is the last one.
  ///
  /// - Parameters:
  ///   - end: after the command.
  ///   - emptied: the relations with a new file that has nothing in it.
  mutating func statements(
    until end: MigrationMoment, emptied: Set<String>
  ) -> [[MigrationReport.Statement]] {
    var rest = MigrationReport.Statement(text: MigrationObserver.others, line: 0)
    // The settings at that time are unknown.
    rest.lockTimeout = ""
    rest.walBytes = max(0, end.wal - wal)
    for (oid, relation) in end.relations {
      // A new file requires this lock.
      if let name = note(file: relation.file, of: oid, isEmpty: emptied.contains(oid), &rest) {
        rest.locks.append(RelationLock(name, .accessExclusive))
      }
      note(relation.counts, of: oid, &rest)
    }
    rest.rewritten.sort()
    rest.locks.sort { $0.relation < $1.relation }
    return transactions.map(\.statements).filter { !$0.isEmpty } + (rest.doesNothing ? [] : [[rest]])
  }
}

extension MigrationReport.Statement {
  /// Whether it has no effect worth reporting.
  fileprivate var doesNothing: Bool {
    rewritten.isEmpty && rowsWritten.isEmpty && rowsRead.isEmpty && locks.allSatisfy { $0.mode.weight == 0 }
  }
}
