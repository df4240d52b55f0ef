import OperatingSystem
import PlanCore
import Postgres
import Reporting

/// `plangate seed [TABLE[=ROWS] ...]`.
///
/// The SQL goes to standard output, everything for people to standard error.
struct SeedRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    var wishes: [FillSizes.Wish] = []
    for name in options.names { wishes.append(try FillSizes.Wish(name)) }
    let statistics = try options.statistics.map { path throws(Diagnostic) in try StatisticsDumpReader.read(path) }
    let sizes = FillSizes(wishes: wishes, base: options.rows, statistics: statistics)
    let run = try GateRun(options, console: console, environment: environment, names: [])
    // A file of the seed runs before the migrations, so it fills the tables that are there by then.
    var seed = run.manifest
    seed.migrations = []
    let status = try run.withDatabase(of: seed, on: options.postgres.first) { (database) throws(Diagnostic) in
      try fill(database, sizes, afterMigrations: run.manifest.migrations.isEmpty)
    }
    if let status { return status }
    return try run.withDatabase { (database) throws(Diagnostic) in
      try fill(database, sizes, afterMigrations: true) ?? .unchecked
    }
  }

  /// Fills a copy of a database and prints what filled it.
  ///
  /// - Parameter isLast: whether nothing comes after this state.
  /// - Returns: nil if there are no tables yet.
  private func fill(
    _ database: DatabaseState, _ sizes: FillSizes, afterMigrations isLast: Bool
  ) throws(Diagnostic) -> ExitStatus? {
    // Reading the catalog needs a session, and a database with sessions cannot be copied.
    _ = try database.catalog
    let server = database.server
    let clone = server.newClone(of: database.name)
    do { try server.copy(database.name, to: clone) } catch { throw server.diagnostic(error) }
    defer { server.abandon(clone) }
    let script: FillScript
    do {
      let connection = try server.newConnection(to: clone)
      let catalog = try FillCatalog.read(connection)
      try connection.execute("RESET search_path")
      if catalog.tables.isEmpty, !isLast { return nil }
      let tables = try chosen(sizes, catalog)
      if tables.isEmpty {
        console.say(catalog.tables.isEmpty ? "the seeded database has no tables" : "no table is empty")
        return .passed
      }
      script = try fill(tables, sizes, catalog, connection)
    } catch let error as ServerError { throw server.diagnostic(error) } catch let error as Diagnostic {
      throw error
    } catch { throw Diagnostic("\(error)") }
    console.progress.clear()
    try checkInterruption()
    report(script)
    if isLast, !database.manifest.migrations.isEmpty {
      console.say("the tables come from the migrations: list the file behind them, migrations: [DIRECTORY, FILE]")
    }
    guard writeAll(script.text, to: 1) else { throw Diagnostic("cannot write to standard output") }
    return script.isComplete ? .passed : .unchecked
  }

  private func chosen(_ sizes: FillSizes, _ catalog: FillCatalog) throws(Diagnostic) -> [FillTable] {
    try sizes.tables(of: catalog)
  }

  private func fill(
    _ tables: [FillTable], _ sizes: FillSizes, _ catalog: FillCatalog, _ connection: Connection
  ) throws(ServerError) -> FillScript {
    let order = FillOrder(tables)
    var trial = FillTrial(connection, catalog, order, sizes: sizes.rows(of: order), statistics: sizes.statistics)
    let (results, last) = try trial.run { index, table in
      console.progress.show("rows", index, of: order.tables.count, table.name.description.visible)
    }
    return FillScript(results: results, last: last, arguments: arguments)
  }

  /// The arguments that give the same file again.
  private var arguments: [String] {
    options.names + (options.rows.map { ["--rows", String($0)] } ?? [])
      + (options.statistics.map { ["--statistics", $0] } ?? [])
  }

  private func report(_ script: FillScript) {
    let width = script.results.map(\.table.name.description.visible.count).max() ?? 0
    for result in script.results {
      let name = result.table.name.description.visible
      let padded = name + String(repeating: " ", count: max(0, width - name.count))
      if let reason = result.reason {
        if result.rows > 0 {
          console.say("\(padded)  \(Figures.grouped(Double(result.rows))) rows: \(reason)".visibleText)
        } else {
          Console.error("\(name) is not filled: \(reason)")
        }
      } else {
        console.say("\(padded)  \(Figures.grouped(Double(result.rows))) row\(result.rows == 1 ? "" : "s")".visibleText)
      }
    }
  }
}

/// The file that fills tables.
struct FillScript {
  let results: [FillTrial.Result]
  /// What is set when all tables have rows.
  let last: [(table: FillTable, statement: String)]
  /// The command line that made it.
  let arguments: [String]

  /// Whether every table has rows.
  var isComplete: Bool { results.allSatisfy { $0.rows > 0 } }

  var text: String {
    let words = (["plangate", "seed"] + arguments).map(commentText).joined(separator: " ")
    var text =
      "-- Rows for empty tables, made by: \(words)\n-- The same rows every time. Edit numbers and values as you like.\n"
    for result in results {
      let name = commentText(result.table.name.description)
      if let reason = result.reason {
        text += "\n-- \(name) \(result.rows > 0 ? "needs no statement" : "is not filled"): \(commentText(reason))\n"
        continue
      }
      text += "\n-- \(name): \(Figures.grouped(Double(result.rows))) row\(result.rows == 1 ? "" : "s")\n"
      text += result.statements.map { $0 + ";\n" }.joined()
    }
    for (table, statement) in last {
      text += "\n-- \(commentText(table.name.description)), once both tables have rows\n\(statement);\n"
    }
    return text
  }
}
