import OperatingSystem
import PlanCore
import Postgres
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Observes what the statements of a migration do: locks, rewritten files, rows and WAL.
///
/// It asks on the migration's own connection, before each transaction ends. A statement that runs outside of a
/// transaction is watched from a second connection instead, which may miss locks of a few milliseconds.
final class MigrationObserver {
  private(set) var report: MigrationReport
  private var before = Moment()
  /// The OIDs of relations that were there before the migration.
  private var old: Set<String> = []
  private var lockTimeout = "0"
  /// The locks that the open transaction holds.
  private var held: Set<String> = []
  /// For each statement, whether its transaction goes on after it.
  private var goesOn: [Bool] = []

  /// What the server says at one moment.
  private struct Moment {
    struct Relation {
      let name: RelationName
      let kind: String
      /// The relation, or the table of an index.
      let table: RelationName
      let file: String
      let read: Double
      let written: Double
      /// The number of its rows, as ANALYZE counted them.
      let rows: Double
    }

    /// By OID.
    var relations: [String: Relation] = [:]
    var wal = 0.0
  }

  /// - Parameter file: the migration as the user would name it.
  init(file: String) { report = MigrationReport(file: file) }

  func begin(_ connection: Connection) throws(ServerError) {
    before = try MigrationObserver.moment(connection)
    old = Set(before.relations.keys)
    for relation in before.relations.values where ["r", "m", "p"].contains(relation.kind) {
      report.rows[relation.name] = relation.rows
    }
  }

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
    let timeout = try connection.execute("SELECT pg_catalog.current_setting('lock_timeout')").value ?? "0"
    var found: [[String]] = []
    if isInTransaction {
      try body()
      // After COMMIT there is no transaction any more, and nothing is held.
      found = try MigrationObserver.locks(connection)
    } else {
      let pid = try connection.execute("SELECT pg_catalog.pg_backend_pid()").value ?? ""
      let poll = try LockPoll(pid: pid, on: other())
      defer { found = poll.end() }
      try body()
    }
    let now = try MigrationObserver.moment(connection)
    note(statement, found, now, timeout, isLast: isLast)
    before = now
  }

  private func note(
    _ statement: MigrationScript.Statement, _ locks: [[String]], _ now: Moment, _ timeout: String,
    isLast: Bool
  ) {
    let line = statement.text.split(separator: "\n").first.map(String.init) ?? ""
    var noted = MigrationReport.Statement(text: line, line: statement.line)
    noted.lockTimeout = timeout
    noted.walBytes = max(0, now.wal - before.wal)
    for lock in locks where held.insert(lock.joined(separator: " ")).inserted {
      guard old.contains(lock[0]), let relation = before.relations[lock[0]] ?? now.relations[lock[0]],
        let mode = LockMode(lockName: lock[1])
      else { continue }
      noted.locks.append(RelationLock(relation.name, mode))
    }
    noted.locks.sort { ($0.relation, $0.mode) < ($1.relation, $1.mode) }
    for (oid, relation) in now.relations where old.contains(oid) {
      guard let known = before.relations[oid] else { continue }
      if relation.file != known.file, relation.file != "0" { noted.rewritten.append(relation.name) }
      if relation.read > known.read { noted.rowsRead[relation.name] = relation.read - known.read }
      if relation.written > known.written { noted.rowsWritten[relation.name] = relation.written - known.written }
    }
    noted.rewritten.sort()
    report.statements.append(noted)
    if isLast { held = [] }
    goesOn.append(!isLast)
  }

  /// The report, with the strongest lock on each table.
  ///
  /// - Parameters:
  ///   - cases: the locks that each case takes, in the order of the manifest.
  ///   - isObserved: whether the statements were run by plangate itself.
  func finished(_ cases: [(id: CaseID, locks: Set<RelationLock>)], isObserved: Bool) -> MigrationReport {
    if !isObserved { report.unobserved = "a command ran it, so its locks are not seen" }
    var tables: [RelationName: RelationName] = [:]
    for relation in before.relations.values { tables[relation.name] = relation.table }
    var strongest: [RelationName: MigrationReport.HeldLock] = [:]
    for (position, statement) in report.statements.enumerated() {
      for lock in statement.locks {
        // A lock on an index stops every query that could use it, as planning locks all indexes of a table.
        let table = tables[lock.relation] ?? lock.relation
        if table != lock.relation, lock.mode < .accessExclusive { continue }
        if let known = strongest[table], known.lock.mode >= lock.mode { continue }
        let until = (position..<goesOn.count).first { !goesOn[$0] } ?? goesOn.count - 1
        strongest[table] = MigrationReport.HeldLock(
          lock: RelationLock(table, lock.mode), since: position, until: max(until, position),
          blocked: cases.filter { item in
            item.locks.contains { $0.relation == table && lock.mode.blocks($0.mode) }
          }.map(\.id))
      }
    }
    report.held = strongest.values.sorted { $0.lock.relation < $1.lock.relation }
    let concerned = Set(report.held.map(\.lock.relation) + report.statements.flatMap(\.rewritten))
    report.rows = report.rows.filter { concerned.contains($0.key) }
    return report
  }

  // MARK: The server

  private static func locks(_ connection: Connection) throws(ServerError) -> [[String]] {
    try connection.execute(locksQuery("pg_catalog.pg_backend_pid()")).rows.map { $0.map { $0 ?? "" } }
  }

  fileprivate static func locksQuery(_ pid: String) -> String {
    """
    SELECT l.relation, l.mode FROM pg_catalog.pg_locks l
    WHERE l.pid = \(pid) AND l.locktype = 'relation' AND l.granted
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    """
  }

  private static func moment(_ connection: Connection) throws(ServerError) -> Moment {
    var moment = Moment()
    for row in try connection.execute(relationsQuery).rows {
      let words = row.compactMap(\.self)
      guard words.count == row.count, words.count == 11 else { continue }
      moment.relations[words[0]] = Moment.Relation(
        name: RelationName(schema: words[1], name: words[2]), kind: words[3],
        table: RelationName(schema: words[4], name: words[5]), file: words[6], read: Double(words[7]) ?? 0,
        written: Double(words[8]) ?? 0, rows: Double(words[10]) ?? 0)
      moment.wal = Double(words[9]) ?? 0
    }
    return moment
  }

  /// Counts that were sent and those of the session that were not sent yet, which a transaction keeps until its end.
  private static let relationsQuery = """
    SELECT c.oid, n.nspname, c.relname, c.relkind, COALESCE(tn.nspname, n.nspname), COALESCE(t.relname, c.relname),
      c.relfilenode,
      CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_stat_get_tuples_returned(c.oid)
        + pg_catalog.pg_stat_get_tuples_fetched(c.oid) + pg_catalog.pg_stat_get_xact_tuples_returned(c.oid)
        + pg_catalog.pg_stat_get_xact_tuples_fetched(c.oid) ELSE 0 END,
      CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_stat_get_tuples_inserted(c.oid)
        + pg_catalog.pg_stat_get_tuples_updated(c.oid) + pg_catalog.pg_stat_get_tuples_deleted(c.oid)
        + pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
        + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) ELSE 0 END,
      pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0'), GREATEST(c.reltuples, 0)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
    LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
    WHERE c.relkind IN ('r', 'm', 'p', 'i', 'I', 'v')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    """
}

/// Watches the locks of a session from another one.
private final class LockPoll: Sendable {
  private let isOver = Mutex(false)
  private let found = Mutex<Set<[String]>>([])
  private let thread: Mutex<SystemThread?>

  init(pid: String, on connection: Connection) throws(ServerError) {
    thread = Mutex(nil)
    let holder = Mutex<Connection?>(connection)
    let started = SystemThread { [self] in
      guard let connection = holder.withLock({ $0.take() }) else { return }
      while !isOver.withLock({ $0 }) {
        let query = MigrationObserver.locksQuery("$1::integer")
        guard let rows = try? connection.execute(query, [pid]).rows else { return }
        found.withLock { found in for row in rows { found.insert(row.map { $0 ?? "" }) } }
        usleep(1000)
      }
    }
    thread.withLock { $0 = started }
  }

  /// The locks that were seen.
  func end() -> [[String]] {
    isOver.withLock { $0 = true }
    thread.withLock { $0.take() }?.join()
    return found.withLock { Array($0) }
  }
}
