import OperatingSystem
import PlanCore
import Postgres

/// Fills the tables of a database that is thrown away, and keeps the statements that did it.
struct FillTrial {
  /// What became of a table.
  struct Result {
    let table: FillTable
    /// The statements, without semicolons; empty if it was not filled.
    var statements: [String] = []
    /// How many rows it got.
    var rows = 0
    /// Why it was not filled.
    var reason: String?
  }

  let connection: Connection
  let tables: [UInt32: FillTable]
  let order: FillOrder
  let sizes: [UInt32: Int]
  let statistics: DumpedStatistics?
  /// How many rows tables have, by number.
  private var counts: [UInt32: Int] = [:]

  init(
    _ connection: Connection, _ catalog: FillCatalog, _ order: FillOrder, sizes: [UInt32: Int],
    statistics: DumpedStatistics?
  ) {
    self.connection = connection
    tables = Dictionary(catalog.tables.map { ($0.oid, $0) }) { first, _ in first }
    self.order = order
    self.sizes = sizes
    self.statistics = statistics
  }

  /// Fills all tables, and then sets what waited for all of them.
  ///
  /// - Parameter progress: called before each table.
  mutating func run(_ progress: (Int, FillTable) -> Void) throws(ServerError) -> (
    results: [Result], last: [(table: FillTable, statement: String)]
  ) {
    let ours = Set(order.tables.map(\.oid))
    for table in tables.values where table.foreignKeys.contains(where: { _ in true }) || ours.contains(table.oid) {
      for oid in table.foreignKeys.map(\.target) + [table.oid] where counts[oid] == nil {
        if let name = tables[oid]?.name { counts[oid] = try count(name) }
      }
    }
    var results: [Result] = []
    for (index, table) in order.tables.enumerated() {
      if Interruption.shared.signal != nil { break }
      progress(index, table)
      results.append(try fill(table))
    }
    results += order.stuck.map {
      Result(table: $0, reason: "its foreign keys form a circle, and none of them may be NULL")
    }
    return (results, try setDeferred(results))
  }

  private func count(_ name: RelationName) throws(ServerError) -> Int {
    try connection.execute("SELECT count(*) FROM \(name.quoted)").value.flatMap { Int($0) } ?? 0
  }

  // MARK: One table

  private mutating func fill(_ table: FillTable) throws(ServerError) -> Result {
    let before = counts[table.oid] ?? 0
    let now = try count(table.name)
    if now > before { return Result(table: table, rows: now - before, reason: "triggers of other tables filled it") }
    let attempts = FillAttempts(table: table, rows: limited(sizes[table.oid] ?? 0, table))
    if attempts.rows == 0 { return Result(table: table, reason: "a table that it references has no rows") }
    var form = attempts.first
    var best: (rows: Int, form: FillStatement.Form)?
    for _ in 0..<12 {
      var next: FillStatement.Form?
      do {
        let statements = try statements(table, form, attempts.rows)
        let last = best?.rows ?? 0
        let total = try attempt(statements, table) { total in
          next = attempts.next(after: form, got: total - before, before: last)
          return next == nil && total - before > last
        }
        if total - before > last { best = (total - before, form) }
        if next == nil, total - before > last {
          counts[table.oid] = total
          return Result(table: table, statements: statements, rows: total - before)
        }
      } catch let error as Unfillable {
        return Result(table: table, reason: error.reason)
      } catch let error as ServerError {
        if error.isConnectionLost || error.lacksResources { throw error }
        next = attempts.next(after: form, error)
        if next == nil, best == nil { return Result(table: table, reason: FillTrial.reason(error)) }
      } catch { preconditionFailure("no other error is thrown") }
      guard let next else { break }
      form = next
    }
    // The last form was not the best one.
    return try best.map { best throws(ServerError) in try fill(table, best.form, attempts.rows, since: before) }
      ?? Result(table: table, reason: "no row that was made meets all of its constraints")
  }

  /// Fills a table in a form that was tried.
  private mutating func fill(
    _ table: FillTable, _ form: FillStatement.Form, _ rows: Int, since before: Int
  ) throws(ServerError) -> Result {
    do {
      let statements = try statements(table, form, rows)
      let total = try attempt(statements, table) { _ in true }
      counts[table.oid] = total
      return Result(table: table, statements: statements, rows: total - before)
    } catch let error as ServerError {
      if error.isConnectionLost || error.lacksResources { throw error }
      return Result(table: table, reason: FillTrial.reason(error))
    } catch { return Result(table: table, reason: "\(error)") }
  }

  /// No more rows than the values of a key allow.
  private func limited(_ rows: Int, _ table: FillTable) -> Int {
    let deferred = Set(order.deferred.filter { $0.table == table.oid }.map(\.foreignKey))
    let links = ParentLink.links(of: table, among: tables) { deferred.contains($0.name) || counts[$0.target] == 0 }
    let writer = ValueWriter(table, n: "n", rows: rows)
    var limit = rows
    for key in table.keys where key.isWhole {
      if let link = links.first(where: { link in
        link.isUnique && Set(key.columns).isSubset(of: (link.sets + link.matches).map(\.column))
      }) {
        limit = min(limit, counts[link.key.target] ?? 1)
        continue
      }
      var capacity = 1
      for name in key.columns {
        guard capacity < 1_000_000_000 else { break }
        if let link = links.first(where: { $0.sets.contains { $0.column == name } }) {
          // Columns of one reference vary together.
          if link.sets.first?.column == name { capacity *= max(1, counts[link.key.target] ?? 1) }
        } else {
          capacity *= table[column: name].flatMap { writer.capacity($0) } ?? 1_000_000_000
        }
      }
      // Where values meet at random, the last of the possible pairs take many attempts.
      limit = min(limit, key.columns.count == 1 ? capacity : max(1, capacity / 3))
    }
    return limit
  }

  private func statements(
    _ table: FillTable, _ form: FillStatement.Form, _ rows: Int
  ) throws(Unfillable) -> [String] {
    let deferred = Set(order.deferred.filter { $0.table == table.oid }.map(\.foreignKey))
    let statement = FillStatement(
      table, among: tables, counts: counts, deferred: deferred, rows: rows, statistics: statistics, form: form)
    var statements = ["SELECT setseed(\(FillTrial.randomSeed(table.name)))", try statement.sql()]
    for key in table.foreignKeys where key.target == table.oid && statement.updatesReference(key) {
      // Without statistics the server would compare each row with each other one.
      if let sql = FillUpdate(table: table, key: key).sql { statements += ["ANALYZE \(table.name.quoted)", sql] }
    }
    for column in table.columns
    where !column.isGenerated
      && statement.links.allSatisfy({ link in
        !link.sets.contains { $0.column == column.name }
      })
    {
      guard let sequence = column.sequence else { continue }
      let name = quotedIdentifier(column.name)
      statements.append("SELECT setval(\(quotedLiteral(sequence)), max(\(name))) FROM \(table.name.quoted)")
    }
    return statements
  }

  /// A number from 0 to 1 for `setseed`, so that the rows of a table do not depend on other tables.
  static func randomSeed(_ name: RelationName) -> String {
    let number = name.description.unicodeScalars.reduce(7) { ($0 * 31 + Int($1.value)) % 999 }
    let digits = String(number + 1)
    return "0." + String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// Runs the statements for a table in one transaction.
  ///
  /// - Parameter keeps: whether they stay, by how many rows the table has then.
  /// - Returns: that number.
  private func attempt(
    _ statements: [String], _ table: FillTable, keeps: (Int) -> Bool
  ) throws(ServerError) -> Int {
    try connection.execute("BEGIN")
    do {
      for statement in statements { try connection.execute(statement) }
      let rows = try count(table.name)
      // What constraints and triggers leave to the end of a transaction.
      try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
      try connection.execute(keeps(rows) ? "COMMIT" : "ROLLBACK")
      return rows
    } catch {
      if !error.isConnectionLost { try connection.execute("ROLLBACK") }
      throw error
    }
  }

  private static func reason(_ error: ServerError) -> String {
    error.message + (error.detail.map { " (\($0))" } ?? "")
  }

  // MARK: Circles

  /// Sets the foreign keys of tables that reference one another.
  private func setDeferred(_ results: [Result]) throws(ServerError) -> [(table: FillTable, statement: String)] {
    var set: [(table: FillTable, statement: String)] = []
    let filled = Set(results.filter { !$0.statements.isEmpty }.map(\.table.oid))
    for table in order.tables where filled.contains(table.oid) {
      for key in table.foreignKeys
      where order.deferred.contains(FillOrder.Edge(table: table.oid, foreignKey: key.name))
        && (counts[key.target] ?? 0) > 0
      {
        guard let sql = FillUpdate(table: table, key: key).sql else { continue }
        do {
          _ = try attempt([sql], table) { _ in true }
          set.append((table, sql))
        } catch {
          if error.isConnectionLost || error.lacksResources { throw error }
        }
      }
    }
    return set
  }
}

/// Which form of a statement is tried next.
struct FillAttempts {
  let table: FillTable
  /// How many rows are wanted.
  let rows: Int

  private static let most = 3_000_000

  var first: FillStatement.Form { FillStatement.Form(candidates: rows) }

  /// The form after one that the server refused; nil if none can help.
  func next(after form: FillStatement.Form, _ error: ServerError) -> FillStatement.Form? {
    var next = form
    switch error.sqlState {
    case "23514" where !form.filters: next.filters = true
    case "23505" where !form.skipsConflicts, "23P01" where !form.skipsConflicts: next.skipsConflicts = true
    case "23503" where !form.updatesSelf: next.updatesSelf = true
    default: return nil
    }
    return next
  }

  /// The form after one that gave rows; nil if they are enough, or if more attempts give no more.
  func next(after form: FillStatement.Form, got: Int, before: Int) -> FillStatement.Form? {
    // More of the same that gives hardly more is enough.
    guard Double(got) < 0.9 * Double(rows), got == 0 || Double(got) >= 1.1 * Double(before) else { return nil }
    let factor = got == 0 ? 8 : min(8, Double(rows) / Double(got) * 1.1)
    let candidates = Int(Double(form.candidates) * factor) + 1
    guard candidates <= max(rows * 64, 1000), candidates <= max(FillAttempts.most, rows) else { return nil }
    var next = form
    next.candidates = candidates
    return next
  }
}
