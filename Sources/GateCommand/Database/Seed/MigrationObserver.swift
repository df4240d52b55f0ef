import PlanCore
import Postgres

/// Observes what the statements of a migration do: locks, rewritten files, rows and WAL.
///
/// It asks on the migration's own connection, before each transaction ends. A statement that runs outside of a
/// transaction is watched from a second connection instead, which may miss locks of a few milliseconds.
final class MigrationObserver {
  private(set) var report: MigrationReport
  private var before = MigrationMoment()
  /// The relations that were there before the migration, by OID; their names in the report.
  private var known: [String: MigrationMoment.Relation] = [:]
  /// The tables as they were before the next statement.
  private var shapes = TableShapes()
  /// The locks that the open transaction holds.
  private var held: Set<[String]> = []
  private var isObserved = false
  /// For each statement, whether its transaction goes on after it.
  private var goesOn: [Bool] = []

  /// - Parameter file: the migration as the user would name it.
  init(file: String) { report = MigrationReport(file: file) }

  func begin(_ connection: Connection) throws(ServerError) {
    isObserved = true
    before = try MigrationMoment(connection)
    known = before.relations
    shapes = try TableShapes(connection)
    for relation in known.values where ["r", "m", "p"].contains(relation.kind) {
      report.rows[relation.name] = relation.rows
    }
  }

  /// Leaves out what a statement did that was rolled back.
  func forgetAttempt(_ connection: Connection) throws(ServerError) { before = try MigrationMoment(connection) }

  /// Runs a statement and notes what it does.
  ///
  /// - Parameters:
  ///   - isInTransaction: whether locks that it takes are still held after it.
  ///   - isLast: whether its transaction ends with it.
  ///   - other: opens a second connection, for a statement that runs outside of a transaction.
  func observe(
    _ statement: MigrationScript.Statement, on connection: Connection, isInTransaction: Bool,
    isLast: Bool, other: () throws(ServerError) -> Connection, _ body: () throws(ServerError) -> Void
  ) throws(ServerError) {
    let line = statement.text.split(separator: "\n").first.map(String.init) ?? ""
    var noted = MigrationReport.Statement(text: line, line: statement.line)
    // SHOW takes no snapshot, after which SET TRANSACTION would fail.
    noted.lockTimeout = try connection.execute("SHOW lock_timeout").value ?? "0"
    if statement.onlySets {
      try body()
      return append(noted, isLast: isLast)
    }
    var found: [[String]] = []
    if isInTransaction {
      try body()
      // After COMMIT there is no transaction any more, and nothing is held.
      found = try connection.execute(LockPoll.query("pg_catalog.pg_backend_pid()")).rows.map { $0.map { $0 ?? "" } }
    } else {
      let pid = try connection.execute("SELECT pg_catalog.pg_backend_pid()").value ?? ""
      let poll = try LockPoll(pid: pid, on: other())
      defer { found = poll.end() }
      try body()
    }
    let now = try MigrationMoment(connection)
    if !isInTransaction {
      // Nobody gets a new file without this lock, even if it was too short to be seen.
      found += now.relations.filter { hasNewFile($0.key, $0.value) }.map { [$0.key, "AccessExclusiveLock"] }
    }
    let empty = try emptied(now, connection)
    let changes = try changedShapes(statement, found, now, connection)
    note(&noted, found, now, empty)
    for oid in now.relations.keys {
      guard let name = known[oid]?.name, noted.rewritten.contains(name) else { continue }
      let reasons =
        RewriteReason(statement.words).map { [$0] } ?? changes[oid].map { $0.now.reasons(since: $0.before) } ?? []
      if !reasons.isEmpty { noted.rewriteReasons[name] = reasons }
    }
    append(noted, isLast: isLast)
    before = now
  }

  /// The relations with a new file that has nothing in it: TRUNCATE writes no row.
  private func emptied(_ now: MigrationMoment, _ connection: Connection) throws(ServerError) -> Set<String> {
    let changed = now.relations.filter { hasNewFile($0.key, $0.value) }
    let tables = Set(changed.values.map(\.table))
    if tables.isEmpty { return [] }
    let empty = try connection.execute(
      """
      SELECT oid FROM unnest($1::pg_catalog.oid[]) AS oid WHERE pg_catalog.pg_relation_size(oid::pg_catalog.regclass) = 0
      """, ["{" + tables.sorted().joined(separator: ",") + "}"]
    ).rows.compactMap { $0[0] }
    return Set(changed.filter { empty.contains($0.value.table) }.keys)
  }

  /// The tables that a statement changed.
  ///
  /// That needs a lock that excludes all others. A lock that is gone was given back, and with it what was changed. A
  /// table that was locked before is read again if the statement has its name or may run others: one that is changed
  /// through its parent is seen as it was when it was locked.
  private func changedShapes(
    _ statement: MigrationScript.Statement, _ found: [[String]], _ now: MigrationMoment, _ connection: Connection
  ) throws(ServerError) -> [String: (before: TableShape, now: TableShape)] {
    func tables(_ locks: some Sequence<[String]>) -> Set<String> {
      Set(locks.filter { $0[1] == "AccessExclusiveLock" }.map { $0[0] })
    }
    let (last, current) = (tables(held), tables(found))
    var changed = last.symmetricDifference(current)
    if ["do", "call", "select", "with", "execute"].contains(statement.words.first) {
      changed.formUnion(current)
    } else if ["alter", "create", "drop"].contains(statement.words.first) {
      let text = statement.text.lowercased()
      changed.formUnion(
        current.intersection(last).filter { oid in
          now.relations[oid].map { text.contains($0.name.name.lowercased()) } ?? false
        })
    }
    changed.formUnion(now.relations.filter { hasNewFile($0.key, $0.value) }.keys)
    return try shapes.changes(connection, of: changed)
  }

  private func hasNewFile(_ oid: String, _ now: MigrationMoment.Relation) -> Bool {
    known[oid] != nil && now.file != "0" && before.relations[oid].map { $0.file != now.file } ?? false
  }

  private func note(
    _ noted: inout MigrationReport.Statement, _ locks: [[String]], _ now: MigrationMoment, _ emptied: Set<String>
  ) {
    noted.walBytes = max(0, now.wal - before.wal)
    for lock in Set(locks).subtracting(held) {
      guard let relation = known[lock[0]], let mode = LockMode(lockName: lock[1]) else { continue }
      noted.locks.append(RelationLock(relation.name, mode))
    }
    // A rollback to a savepoint gives locks back.
    held = Set(locks)
    noted.locks.sort { ($0.relation, $0.mode) < ($1.relation, $1.mode) }
    for (oid, relation) in now.relations {
      guard let name = known[oid]?.name, let last = before.relations[oid] else { continue }
      if hasNewFile(oid, relation), !emptied.contains(oid) { noted.rewritten.append(name) }
      let (old, new) = (last.counts, relation.counts)
      if new.read > old.read { noted.rowsRead[name] = new.read - old.read }
      if new.written > old.written { noted.rowsWritten[name] = new.written - old.written }
      if new.changed > old.changed { noted.rowsChanged[name] = new.changed - old.changed }
    }
    noted.rewritten.sort()
  }

  // MARK: Commands

  /// How the report names statements for which no event is triggered.
  static let others = "(other statements)"

  /// Notes what a command did, by what event triggers said of its DDL statements.
  ///
  /// - Parameter connection: a session after the command.
  func note(_ events: [MigrationEvent], _ connection: Connection) throws(ServerError) {
    let now = try MigrationMoment(connection)
    var progress = CommandProgress(before, known, shapes, aborted: try aborted(events, connection))
    for event in events { progress.note(event) }
    for statements in progress.statements(until: now, emptied: try emptied(now, connection)) {
      for (index, statement) in statements.enumerated() { append(statement, isLast: index == statements.count - 1) }
    }
    before = now
  }

  /// The transactions that were rolled back.
  private func aborted(
    _ events: [MigrationEvent], _ connection: Connection
  ) throws(ServerError) -> Set<String> {
    let ids = Set(events.compactMap(\.transactionID))
    if ids.isEmpty { return [] }
    let rows = try connection.execute(
      """
      SELECT id FROM pg_catalog.unnest($1::pg_catalog.xid8[]) AS id WHERE pg_catalog.pg_xact_status(id) = 'aborted'
      """, ["{" + ids.sorted().joined(separator: ",") + "}"]
    ).rows
    let found = Set(rows.compactMap { $0[0] })
    return Set(events.filter { $0.transactionID.map(found.contains) ?? false }.map(\.transaction))
  }

  private func append(_ statement: MigrationReport.Statement, isLast: Bool) {
    report.statements.append(statement)
    if isLast { held = [] }
    goesOn.append(!isLast)
  }

  /// The report, with the locks on each table.
  ///
  /// - Parameter cases: the locks that each case takes, in the order of the manifest.
  func finished(_ cases: [(id: CaseID, locks: Set<RelationLock>)]) -> MigrationReport {
    if !isObserved { report.unobserved = "a command ran it, so its locks are not seen" }
    var tables: [RelationName: RelationName] = [:]
    for relation in known.values { tables[relation.name] = known[relation.table]?.name }
    // By table, the lock of the open transaction that makes the most others wait, as a position in `locks`.
    var strongest: [RelationName: Int] = [:]
    var locks: [(lock: RelationLock, since: Int)] = []
    for (position, statement) in report.statements.enumerated() {
      for lock in statement.locks.sorted(by: { $0.mode > $1.mode }) {
        // A lock on an index stops every query that could use it, as planning locks all indexes of a table.
        let table = tables[lock.relation] ?? lock.relation
        if table != lock.relation, lock.mode < .accessExclusive { continue }
        if let last = strongest[table] {
          let known = locks[last].lock.mode
          if known >= lock.mode || known.weight == lock.mode.weight && known.weight > 0 { continue }
          if known.weight == lock.mode.weight {
            locks[last] = (RelationLock(table, lock.mode), position)
            continue
          }
        }
        strongest[table] = locks.count
        locks.append((RelationLock(table, lock.mode), position))
      }
      if !goesOn[position] { strongest = [:] }
    }
    report.held = locks.map { lock, since in
      let until = (since..<goesOn.count).first { !goesOn[$0] } ?? goesOn.count - 1
      return MigrationReport.HeldLock(
        lock: lock, since: since, until: max(until, since),
        blocked: cases.filter { item in
          item.locks.contains { $0.relation == lock.relation && lock.mode.blocks($0.mode) }
        }.map(\.id))
    }.sorted { ($0.lock.relation, $0.since) < ($1.lock.relation, $1.since) }
    let concerned = Set(report.held.map(\.lock.relation) + report.statements.flatMap(\.rewritten))
    report.rows = report.rows.filter { concerned.contains($0.key) }
    return report
  }
}
