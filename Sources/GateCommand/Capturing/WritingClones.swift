import OperatingSystem
import PlanCore
import Postgres
import Synchronization

/// The clones of a database that cases write to.
///
/// Each serves many cases. After a run, which is rolled back, its dead rows are vacuumed away, and sequences and the
/// planner's knowledge of sizes are set back; after a case's second run that is done with what the next case's first
/// run leaves. A table that cannot be restored is stale: the next case that touches it waits until the clones are
/// renewed. A case that writes to the catalog needs a clone that no case had before it.
///
/// No clone is made or dropped while a case runs: the server tells all sessions of each new database, and what they
/// then look up anew in the catalog counts as blocks of their queries.
final class WritingClones: Sendable {
  private let state: DatabaseState
  private let clones: [WritingClone]
  private let statements: [String]
  /// The OIDs of the tables that the cases write to; nil for clones that share no files with the original.
  private let written = Mutex<Set<String>??>(.none)
  /// What tables are like in the original, by OID.
  private let originals = Mutex<[String: TableState]>([:])
  /// The value of each sequence in the original, and whether it was given out, by quoted name.
  private let sequences = Mutex<[String: [String]]>([:])

  /// Few cases are served by one clone: making one takes longer than many cases do.
  private static let casesPerClone = 8

  /// The size in bytes below which a database is copied whole: that takes less time than finding out what to share.
  private static let smallDatabase = 64 << 20

  /// - Parameters:
  ///   - statements: those of the cases to run.
  ///   - jobs: how many may run side by side.
  init(of state: DatabaseState, for statements: [String], jobs: Int) {
    self.state = state
    self.statements = statements
    let wanted = min(jobs, (statements.count + WritingClones.casesPerClone - 1) / WritingClones.casesPerClone)
    clones = (0..<max(1, wanted)).map { _ in WritingClone(name: state.server.newClone(of: state.name)) }
  }

  /// Runs cases, and says which have to wait for new clones.
  ///
  /// - Parameters:
  ///   - cases: those to run, in order; the first ones get new clones.
  ///   - body: what to do for each with a clone; false if it has to wait.
  /// - Returns: those that have to wait; at least one case was run.
  func run(
    _ cases: [Int], _ body: @escaping @Sendable (Int, WritingClone) -> Bool
  ) throws(ServerError) -> [Int] {
    try renew()
    let free = Mutex(clones.filter(\.isThere))
    let waiting = Mutex<[Int]>([])
    concurrently(cases.count, workers: free.withLock { $0.count }, { free.withLock { $0.popLast() } }) {
      position, clone in
      guard let clone, body(cases[position], clone) else {
        waiting.withLock { $0.append(cases[position]) }
        return
      }
    }
    return waiting.withLock { $0.sorted() }
  }

  /// Makes the clones that are missing, and those anew that a case was run in.
  ///
  /// - Throws: if there is none at all.
  private func renew() throws(ServerError) {
    let old = clones.filter { !$0.isNew }
    let written = try tablesWritten()
    let failure = Mutex<ServerError?>(nil)
    concurrently(old.count, workers: old.count, { () }) { [self] index, _ in
      let clone = old[index]
      do throws(ServerError) {
        try state.serverTime.clones { () throws(ServerError) in
          if clone.isThere { try drop(clone) }
          if let written {
            try state.server.copy(state.name, to: clone.name, writtenTo: written)
          } else {
            try state.server.copy(state.name, to: clone.name)
          }
          clone.becomesNew()
        }
      } catch { failure.withLock { $0 = error } }
    }
    if let failure = failure.withLock({ $0 }), !clones.contains(where: \.isThere) { throw failure }
  }

  /// The OIDs of the tables that the cases write to, where clones can share the files of the others.
  private func tablesWritten() throws(ServerError) -> Set<String>? {
    if let known = written.withLock({ $0 }) { return known }
    var tables: Set<String>?
    if state.server.host.address == nil {
      let connection = try state.server.newConnection(to: state.name)
      let size =
        try connection.execute(
          "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())"
        ).value.flatMap(Int.init) ?? 0
      if size >= WritingClones.smallDatabase, try !SharedFiles.hasWriters(connection) {
        tables = try WriteReach.read(connection).tables(writtenBy: Set(statements))
      }
    }
    written.withLock { $0 = .some(tables) }
    return tables
  }

  private func drop(_ clone: WritingClone) throws(ServerError) {
    clone.isDropped()
    try state.server.drop(clone.name)
  }

  /// Gives all of them up.
  func abandon() {
    for clone in clones where clone.isThere {
      clone.isDropped()
      state.server.abandon(clone.name)
    }
  }

  /// Makes a clone like the original again, as far as that can be.
  ///
  /// The session's next run then reads the same blocks as the first one in a clone.
  ///
  /// - Parameter activity: what a case did that was rolled back.
  /// - Returns: the OIDs of the tables that are not as the original has them; nil if that is unknown.
  func restore(_ connection: Connection, after activity: RelationActivity) throws(ServerError) -> Set<String>? {
    let written = activity.written
    mistrust(written.keys)
    let isSuperuser = try state.probe.means(connection).isSuperuser
    let originals = try originals(of: Set(written.keys))
    var work = try resets(of: activity.sequences)
    work += try connection.removal(ofRowsOf: activity, skippingPages: isSuperuser).map { ($0, []) }
    guard isSuperuser else {
      try connection.execute(together: work)
      let states = try connection.states(of: Set(written.keys))
      return changed(activity, originals) { table, original in
        states[table]?.sizes == original.sizes && states[table]?.estimates == original.estimates
      }
    }
    // The estimates are then those of the original.
    let last = try connection.execute(together: work + TableState.restoration(of: originals.values))
    // Without tables that is the row of another statement.
    let sizes = originals.isEmpty ? [] : last?.rows ?? []
    let found = Dictionary(sizes.map { ($0[0] ?? "", $0[1] ?? "") }) { first, _ in first }
    return changed(activity, originals) { _, original in original.sizes.allSatisfy { found[$0.key] == $0.value } }
  }

  /// Lets no later clone share files with the original, if a case wrote to a table that was not among those foreseen.
  ///
  /// The cache notices that a file has changed, and removes the entry.
  private func mistrust(_ tables: some Sequence<String>) {
    written.withLock { written in
      if case .some(.some(let foreseen)) = written, tables.contains(where: { !foreseen.contains($0) }) {
        written = .some(nil)
      }
    }
  }

  /// - Parameter isSame: whether a table is as in the original, by its OID and the original.
  private func changed(
    _ activity: RelationActivity, _ originals: [String: TableState], isSame: (String, TableState) -> Bool
  ) -> Set<String>? {
    if activity.writesCatalog { return nil }
    return Set(
      activity.written.filter { table, work in
        guard let original = originals[table] else { return true }
        return !original.mayVacuum || original.hasRememberingIndex && work.inserted > 0 || !isSame(table, original)
      }.keys)
  }

  private func originals(of tables: Set<String>) throws(ServerError) -> [String: TableState] {
    let known = originals.withLock { $0 }
    let unknown = tables.subtracting(known.keys)
    if unknown.isEmpty { return known.filter { tables.contains($0.key) } }
    let connection = try state.server.connect(to: state.name)
    let states = try connection.states(of: unknown)
    state.server.keep(connection, to: state.name)
    return originals.withLock { originals in
      originals.merge(states) { $1 }
      return originals.filter { tables.contains($0.key) }
    }
  }

  /// The statements that set sequences to their values in the original.
  private func resets(of names: [String]) throws(ServerError) -> [(sql: String, parameters: [String?])] {
    var resets: [(sql: String, parameters: [String?])] = []
    for name in names {
      let value: [String]
      if let known = sequences.withLock({ $0[name] }) {
        value = known
      } else {
        let original = try state.server.connect(to: state.name)
        value = try original.execute("SELECT last_value, is_called FROM \(name)").rows.first?.map { $0 ?? "" } ?? []
        state.server.keep(original, to: state.name)
        sequences.withLock { $0[name] = value }
      }
      resets.append(
        ("SELECT pg_catalog.setval($1::pg_catalog.regclass, $2::bigint, $3::boolean)", [name, value[0], value[1]]))
    }
    return resets
  }
}

/// A clone that cases write to one after the other.
///
/// It is used by one thread at a time.
final class WritingClone: Sendable {
  let name: DatabaseServer.Name

  private struct Content {
    var isThere = false
    /// Whether no case was run in it.
    var isNew = false
    /// The OIDs of tables that are not like the original; nil if that is unknown.
    var stale: Set<String>? = []
    var connection: Connection?
    /// What the case before left.
    var left = RelationActivity()
  }

  private let content = Mutex(Content())

  init(name: DatabaseServer.Name) { self.name = name }

  var isThere: Bool { content.withLock { $0.isThere } }
  var isNew: Bool { content.withLock { $0.isThere && $0.isNew } }

  func becomesNew() { content.withLock { $0 = Content(isThere: true, isNew: true) } }

  func isDropped() { content.withLock { $0 = Content() } }

  /// Whether a case finds everything like the original.
  ///
  /// - Parameter activity: what the case does; nil if unknown.
  func serves(_ activity: RelationActivity?) -> Bool {
    content.withLock { content in
      if content.isNew { return true }
      guard let stale = content.stale else { return false }
      guard let activity else { return true }
      return !activity.writesCatalog && activity.touched.isDisjoint(with: stale)
    }
  }

  /// Whether every table is like the original.
  var isLikeOriginal: Bool { content.withLock { $0.isNew || $0.stale?.isEmpty == true } }

  /// Notes what a case left changed.
  ///
  /// - Parameter tables: OIDs; nil if that is unknown.
  func markStale(_ tables: Set<String>?) {
    content.withLock { content in
      content.isNew = false
      content.stale = tables.flatMap { tables in content.stale.map { $0.union(tables) } }
    }
  }

  /// Takes the connection of the case before, if its session is like a new one, and what that case left.
  func take() -> (Connection?, RelationActivity) {
    content.withLock { content in
      defer { (content.connection, content.left) = (nil, RelationActivity()) }
      return (content.connection, content.left)
    }
  }

  /// - Parameter left: what a case did that was rolled back but not taken back.
  func keep(_ connection: Connection?, after left: RelationActivity) {
    content.withLock { ($0.connection, $0.left) = (connection, left) }
  }
}
