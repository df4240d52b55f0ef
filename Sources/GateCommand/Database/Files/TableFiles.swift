import Postgres

/// The files of the tables of a database, those of their indexes and TOAST tables included.
struct TableFiles: Sendable {
  struct Table: Sendable {
    /// As `pg_relation_filepath` names them.
    var paths: Set<String> = []
    /// Whether a reader finds nothing to note on its pages: all rows are frozen, in files that outlive a crash.
    var isFrozen = true
  }

  /// By OID.
  private(set) var tables: [String: Table] = [:]

  /// Reads them; tables that were made by initdb are not among them.
  ///
  /// Whether they are frozen is known of tables that were vacuumed since they were last written to.
  static func read(_ connection: Connection) throws(ServerError) -> TableFiles {
    var files = TableFiles()
    for row in try connection.execute(query).rows {
      guard let table = row[0], let path = row[1] else { continue }
      files.tables[table, default: Table()].paths.insert(path)
      if row[2] != "t" { files.tables[table]?.isFrozen = false }
    }
    return files
  }

  /// The paths of some tables, by OID.
  func paths(of tables: Set<String>) -> Set<String> {
    tables.reduce(into: []) { $0.formUnion(self.tables[$1]?.paths ?? []) }
  }

  /// The paths of frozen tables.
  var unwritten: Set<String> { unwritten(but: []) }

  /// The paths of frozen tables, without some.
  ///
  /// - Parameter written: by OID.
  func unwritten(but written: Set<String>) -> Set<String> {
    tables.reduce(into: []) { paths, table in
      if table.value.isFrozen, !written.contains(table.key) { paths.formUnion(table.value.paths) }
    }
  }

  private static let query = """
    WITH members AS (
      SELECT oid, oid AS owner FROM pg_catalog.pg_class WHERE oid >= 16384 AND relkind IN ('r', 'm')
      UNION ALL SELECT reltoastrelid, oid FROM pg_catalog.pg_class
        WHERE oid >= 16384 AND relkind IN ('r', 'm') AND reltoastrelid <> 0
    ), files AS (
      SELECT oid, owner FROM members
      UNION ALL SELECT i.indexrelid, m.owner FROM members m JOIN pg_catalog.pg_index i ON i.indrelid = m.oid
    )
    SELECT f.owner, pg_catalog.pg_relation_filepath(f.oid),
      c.relpersistence = 'p' AND (c.relkind = 'i' OR c.relallvisible >= c.relpages)
    FROM files f JOIN pg_catalog.pg_class c ON c.oid = f.oid
    """
}
