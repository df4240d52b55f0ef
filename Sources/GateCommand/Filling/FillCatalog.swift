import PlanCore
import Postgres

/// The tables of a database that rows can be made for, as the catalog has them.
struct FillCatalog: Sendable {
  private(set) var tables: [FillTable] = []

  subscript(oid: UInt32) -> FillTable? { tables.first { $0.oid == oid } }

  /// Reads the catalog.
  ///
  /// Types and expressions are written for any search path. The session's own is changed.
  static func read(_ connection: Connection) throws(ServerError) -> FillCatalog {
    try connection.execute("SELECT pg_catalog.set_config('search_path', 'pg_catalog', false)")
    var catalog = FillCatalog()
    for row in try connection.execute(tablesQuery).rows {
      guard let oid = row[0].flatMap({ UInt32($0) }), let schema = row[1], let name = row[2] else { continue }
      catalog.tables.append(
        FillTable(oid: oid, name: RelationName(schema: schema, name: name), isPartitioned: row[3] == "p"))
    }
    let types = try FillTypes.read(connection)
    try catalog.readColumns(connection, types)
    try catalog.readKeys(connection)
    try catalog.readForeignKeys(connection)
    try catalog.readChecks(connection)
    try catalog.readPartitions(connection)
    for index in catalog.tables.indices { try catalog.readEmptiness(of: index, connection) }
    return catalog
  }

  /// Calls `body` with each row's table and its other fields.
  private mutating func read(
    _ connection: Connection, _ query: String, _ body: (inout FillTable, [String?]) throws(ServerError) -> Void
  ) throws(ServerError) {
    let places = Dictionary(tables.enumerated().map { ($1.oid, $0) }) { first, _ in first }
    for row in try connection.execute(query).rows {
      guard let place = row[0].flatMap({ UInt32($0) }).flatMap({ places[$0] }) else { continue }
      try body(&tables[place], Array(row.dropFirst()))
    }
  }

  private mutating func readColumns(_ connection: Connection, _ types: FillTypes) throws(ServerError) {
    try read(connection, FillCatalog.columnsQuery) { table, row in
      guard let name = row[0], let number = row[1].flatMap({ Int($0) }), let oid = row[2].flatMap({ UInt32($0) }),
        let modifier = row[3].flatMap({ Int($0) }), let declared = row[4]
      else { return }
      let domains = types.domains(of: oid)
      table.columns.append(
        FillColumn(
          name: name, number: number, type: types.type(oid, modifier, declared), declaredType: declared,
          isNotNull: row[5] == "t" || domains.isNotNull, isGenerated: row[6] != "", isAlwaysIdentity: row[7] == "a",
          defaultValue: row[8], sequence: row[9], hasOtherSequence: row[10] == "t" && row[9] == nil,
          domainChecks: domains.checks))
    }
  }

  private mutating func readKeys(_ connection: Connection) throws(ServerError) {
    try read(connection, FillCatalog.keysQuery) { table, row in
      let columns = FillCatalog.names(row[0], in: table)
      guard !columns.isEmpty else { return }
      table.keys.append(
        FillKey(
          columns: columns, isPrimary: row[1] == "t", isExclusion: row[2] == "t", isPartial: row[3] == "t",
          hasExpressions: row[4] == "t"))
    }
  }

  private mutating func readForeignKeys(_ connection: Connection) throws(ServerError) {
    let byOID = Dictionary(tables.map { ($0.oid, $0) }) { first, _ in first }
    try read(connection, FillCatalog.foreignKeysQuery) { table, row in
      guard let name = row[0], let target = row[2].flatMap({ UInt32($0) }), let schema = row[4], let other = row[5]
      else { return }
      let columns = FillCatalog.names(row[1], in: table)
      let targetColumns = byOID[target].map { FillCatalog.names(row[3], in: $0) } ?? []
      table.foreignKeys.append(
        FillForeignKey(
          name: name, columns: columns, target: target, targetName: RelationName(schema: schema, name: other),
          targetColumns: targetColumns))
    }
  }

  private mutating func readChecks(_ connection: Connection) throws(ServerError) {
    try read(connection, FillCatalog.checksQuery) { table, row in
      guard let name = row[0], let condition = row[1] else { return }
      table.checks.append(FillCheck(name: name, condition: condition, columns: FillCatalog.names(row[2], in: table)))
    }
  }

  private mutating func readPartitions(_ connection: Connection) throws(ServerError) {
    try read(connection, FillCatalog.partitionsQuery) { (table, row) throws(ServerError) in
      guard let schema = row[0], let name = row[1], let bound = row[3] else { return }
      var partition = FillPartition(
        name: RelationName(schema: schema, name: name), isLeaf: row[2] == "t", bound: bound,
        keys: FillCatalog.names(row[4], in: table), condition: row[5])
      if partition.isLeaf {
        let quoted = partition.name.quoted
        partition.isEmpty = try connection.execute("SELECT NOT EXISTS (SELECT FROM \(quoted))").value == "t"
      }
      table.partitions.append(partition)
    }
  }

  private mutating func readEmptiness(of index: Int, _ connection: Connection) throws(ServerError) {
    let table = tables[index]
    if table.isPartitioned {
      let leaves = table.partitions.filter(\.isLeaf)
      // A default partition is empty by design.
      tables[index].isEmpty =
        leaves.allSatisfy(\.isEmpty) || leaves.contains { $0.isEmpty && !$0.isDefault }
    } else {
      let sql = "SELECT NOT EXISTS (SELECT FROM ONLY \(table.name.quoted))"
      tables[index].isEmpty = try connection.execute(sql).value == "t"
    }
  }

  /// The names of columns from their numbers, `1 2`.
  private static func names(_ numbers: String?, in table: FillTable) -> [String] {
    (numbers ?? "").split(separator: " ").compactMap { number in
      table.columns.first { $0.number == Int(number) }?.name
    }
  }
}
