import Postgres

/// The files that the seeded database has in common with the cache, and clones with their original.
extension DatabaseServer {
  /// Gives the seeded database files of its own before a step that may write to those it has in common with the cache.
  func separateFiles(of name: Name, before step: SeedStep) throws(Diagnostic) {
    guard hasCommonFiles, name == seeded else { return }
    let statements = try statements(of: step)
    do {
      // A session that read a table has its files open.
      let connection = try connectAlone(to: name)
      let tables = try statements.flatMap { (statements) throws(ServerError) in
        try WriteReach.read(connection).tables(writtenBy: statements)
      }
      try separateFiles(of: name, tables, connection)
      // It has files of the catalog open, which are then not those of the database any more.
      if tables != nil { keep(connection, to: name) }
    } catch { throw diagnostic(error) }
  }

  /// The statements of a step, if these are all that it does and few enough to look at each.
  private func statements(of step: SeedStep) throws(Diagnostic) -> [MigrationScript.Statement]? {
    switch step.source {
    case .migration(let file):
      let script = file.up(String(decoding: try readFile(file.path, "a migration"), as: UTF8.self))
      return script.needsPsql ? nil : script.statements
    case .script(let path): return RestingRows.statements(ofScriptAt: path)
    case .archive, .compressed, .rows, .command: return nil
    }
  }

  /// Gives the seeded database files of its own for tables that are then written to.
  ///
  /// No session may have read them.
  ///
  /// - Parameters:
  ///   - tables: by OID; nil for all, and whatever else a step may write to.
  ///   - connection: to the database.
  func separateFiles(
    of name: Name, _ tables: Set<String>?, _ connection: Connection
  ) throws(ServerError) {
    guard hasCommonFiles, name == seeded, tables?.isEmpty != true else { return }
    // Nothing can write to a database that accepts no connections.
    let databases = tables == nil ? "datallowconn" : "datname = pg_catalog.current_database()"
    let folders = try connection.execute(DatabaseServer.folders + databases).rows.compactMap { $0[0] }
    let paths = try tables.map { (tables) throws(ServerError) in
      try TableFiles.read(connection).paths(of: tables)
    }
    do {
      for folder in folders {
        try ClusterFiles(cluster.dataDirectory).separate(folder, paths, user: cluster.fileOwner)
      }
    } catch { throw ServerError(message: "cannot copy the files of the database: \(error)") }
    if tables == nil { hasCommonFiles = false }
  }

  /// Copies a database including its statistics, but shares the files of some tables with it.
  ///
  /// It must have no other sessions, and nothing may write to those tables in either database.
  ///
  /// - Parameter written: the OIDs of the tables that the copy is written to.
  func copy(_ original: Name, to name: Name, writtenTo written: Set<String>) throws(ServerError) {
    let shared = try TableFiles.read(try newConnection(to: original)).unwritten(but: written)
    try waitUntilAlone(in: original)
    try maintain { (connection) throws(ServerError) in
      // It writes the files of all databases out before it copies, so those of the original are complete.
      try cluster.create(name.text, like: original.text, connection)
    }
    guard let source = try folder(of: original), let target = try folder(of: name) else { return }
    do {
      try ClusterFiles(cluster.dataDirectory).fill(target, from: source, sharing: shared, user: cluster.fileOwner)
    } catch { throw ServerError(message: "cannot copy the files of the database: \(error)") }
  }

  /// The directory of a database, relative to the data directory.
  private func folder(of name: Name) throws(ServerError) -> String? {
    var folder: String?
    try maintain { (connection) throws(ServerError) in
      folder = try connection.execute(DatabaseServer.folders + "datname = $1", [name.text]).value
    }
    return folder
  }

  private static let folders = "SELECT 'base/' || oid FROM pg_catalog.pg_database WHERE "
}
