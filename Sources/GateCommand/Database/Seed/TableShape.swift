import JSON
import PlanCore
import Postgres

/// What of a table or materialized view has to stay the same for its file to be kept.
struct TableShape: Equatable {
  struct Column: Equatable {
    let name: String
    /// The type and its modifier, as PostgreSQL numbers them: its name depends on the search path.
    let typeID: String
    let type: String
    /// The version of the catalog's row.
    let version: String
    /// Whether rows that were there before a default was added have it from the catalog.
    let hasMissingValue: Bool
    /// Whether each row has a value of its own from the start: it is generated, an identity, or has a volatile default.
    let isComputed: Bool
  }

  let persistence: String
  let accessMethod: String
  /// Empty for the default one.
  let tablespace: String
  /// By number.
  let columns: [Int: Column]

  /// Persistence, access method and tablespace of relation `c`.
  fileprivate static let facts = [
    "CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END",
    "COALESCE((SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = c.relam), '')",
    "COALESCE((SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace), '')",
  ]

  /// The shape of relation `c` as JSON, which `init(_:)` reads.
  ///
  /// A domain with constraints counts as computed, as a new column of it is written to each row. The functions in a
  /// default are found in its stored form.
  static let expression = """
    pg_catalog.jsonb_build_object(
      'persistence', \(facts[0]), 'method', \(facts[1]), 'tablespace', \(facts[2]),
      'columns', (
        SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
          'number', a.attnum, 'name', a.attname, 'typeID', a.atttypid || ' ' || a.atttypmod,
          'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'version', a.ctid::text,
          'hasMissingValue', a.atthasmissing,
          'isComputed', a.attgenerated = 's' OR a.attidentity <> ''
            OR EXISTS (
              SELECT FROM pg_catalog.pg_attrdef d,
                pg_catalog.regexp_matches(d.adbin::text, ':(?:op)?funcid ([0-9]+)', 'g') AS f(id)
              JOIN pg_catalog.pg_proc p ON p.oid = f.id[1]::pg_catalog.oid AND p.provolatile = 'v'
              WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum)
            OR EXISTS (
              SELECT FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid AND t.typtype = 'd'
                AND (t.typnotnull OR EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid))))), '[]')
        FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
    """

  /// Nil for a text that `expression` does not make.
  init?(_ json: JSON?) {
    guard let json, let persistence = json["persistence"]?.stringValue, let method = json["method"]?.stringValue,
      let tablespace = json["tablespace"]?.stringValue, case .array(let items)? = json["columns"]
    else { return nil }
    (self.persistence, accessMethod, self.tablespace) = (persistence, method, tablespace)
    let columns = items.compactMap { item -> (Int, Column)? in
      guard let number = item["number"]?.numberValue, let name = item["name"]?.stringValue,
        let typeID = item["typeID"]?.stringValue, let type = item["type"]?.stringValue,
        let version = item["version"]?.stringValue
      else { return nil }
      let column = Column(
        name: name, typeID: typeID, type: type, version: version,
        hasMissingValue: item["hasMissingValue"] == .bool(true), isComputed: item["isComputed"] == .bool(true))
      return (Int(number), column)
    }
    self.columns = Dictionary(columns) { $1 }
  }

  /// The shapes of some tables and materialized views, by OID.
  static func read(_ connection: Connection, _ oids: Set<String>) throws(ServerError) -> [String: TableShape] {
    if oids.isEmpty { return [:] }
    let rows = try connection.execute(
      """
      SELECT c.oid, \(expression) FROM pg_catalog.pg_class c
      WHERE c.relkind IN ('r', 'm') AND c.oid = ANY ($1::pg_catalog.oid[])
      """, ["{" + oids.sorted().joined(separator: ",") + "}"]
    ).rows
    var shapes: [String: TableShape] = [:]
    for row in rows {
      guard let oid = row[0], let text = row[1], let json = try? JSON(parsing: text, maximumDepth: 8) else { continue }
      shapes[oid] = TableShape(json)
    }
    return shapes
  }

  /// Why a statement that made this shape of another wrote the table anew; empty if it is unknown.
  func reasons(since old: TableShape) -> [RewriteReason] {
    var reasons: [RewriteReason] = []
    var types: [RewriteReason] = []
    for (number, column) in columns.sorted(by: { $0.key < $1.key }) {
      guard let before = old.columns[number], before.typeID != column.typeID else { continue }
      types.append(RewriteReason(.type, column: column.name, before: before.type, now: column.type))
    }
    let added = columns.sorted { $0.key < $1.key }.filter { old.columns[$0.key] == nil && $0.value.isComputed }
    reasons += added.map { RewriteReason(.newColumn, column: $0.value.name) }
    if persistence != old.persistence {
      reasons.append(RewriteReason(.persistence, before: old.persistence, now: persistence))
    }
    if accessMethod != old.accessMethod {
      reasons.append(RewriteReason(.accessMethod, before: old.accessMethod, now: accessMethod))
    }
    if tablespace != old.tablespace {
      let names = [old.tablespace, tablespace].map { $0.isEmpty ? "pg_default" : $0 }
      reasons.append(RewriteReason(.tablespace, before: names[0], now: names[1]))
    }
    // A wider text needs no new file, so it is the reason only if there is no other.
    let needed = types.filter { !$0.isWiderText }
    reasons = (needed.isEmpty && reasons.isEmpty ? types : needed) + reasons
    return reasons.isEmpty ? changedColumns(since: old) : reasons
  }

  /// A change of `ALTER COLUMN … TYPE … USING` to the type that the column has, or of a generated column's expression.
  private func changedColumns(since old: TableShape) -> [RewriteReason] {
    columns.sorted { $0.key < $1.key }.filter { number, column in
      // A rewrite takes missing values out of the catalog.
      old.columns[number].map { $0.version != column.version && !$0.hasMissingValue } ?? false
    }.map { RewriteReason(.newValues, column: $0.value.name) }
  }
}

/// The shapes of all tables of a database.
///
/// A schema can have thousands of tables of which a migration changes a few, so the text that the server gives is kept
/// as it is until a table is asked for.
struct TableShapes {
  /// By OID.
  private var rows: [String: [String?]] = [:]
  /// Those that were read in full.
  private var shapes: [String: TableShape] = [:]
  /// The names of types, by their numbers.
  private var types: [String: String] = [:]

  init() {}

  init(_ connection: Connection) throws(ServerError) {
    rows = try TableShapes.rows(connection, nil)
    for row in try connection.execute(TableShapes.typesQuery).rows {
      if let id = row[0], let name = row[1] { types[id] = name }
    }
  }

  private static let typesQuery = """
    SELECT atttypid || ' ' || atttypmod, pg_catalog.format_type(atttypid, atttypmod) FROM (
      SELECT DISTINCT atttypid, atttypmod FROM pg_catalog.pg_attribute
      WHERE attnum > 0 AND NOT attisdropped AND attrelid >= 16384
    ) t
    """

  /// - Parameter oids: the tables that are read; nil for all.
  private static func rows(
    _ connection: Connection, _ oids: Set<String>?
  ) throws(ServerError) -> [String: [String?]] {
    let filter = oids == nil ? ">= 16384" : "= ANY ($1::pg_catalog.oid[])"
    let query = """
      SELECT c.oid, \(TableShape.facts.joined(separator: ", ")), a.columns
      FROM pg_catalog.pg_class c LEFT JOIN (
        SELECT attrelid, pg_catalog.string_agg(
          pg_catalog.concat_ws(' ', attnum, atttypid, atttypmod, ctid, atthasmissing), ';') AS columns
        FROM pg_catalog.pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid \(filter) GROUP BY attrelid
      ) a ON a.attrelid = c.oid
      WHERE c.relkind IN ('r', 'm') AND c.oid \(filter)
      """
    let list = oids.map { ["{" + $0.sorted().joined(separator: ",") + "}"] } ?? []
    var rows: [String: [String?]] = [:]
    for row in try connection.execute(query, list).rows { if let oid = row[0] { rows[oid] = row } }
    return rows
  }

  subscript(oid: String) -> TableShape? { shapes[oid] ?? rows[oid].flatMap { TableShape($0, types) } }

  /// Reads some tables again.
  ///
  /// - Returns: those that changed, as they were and as they are.
  mutating func changes(
    _ connection: Connection, of oids: Set<String>
  ) throws(ServerError) -> [String: (before: TableShape, now: TableShape)] {
    let known = oids.filter { rows[$0] != nil }
    if known.isEmpty { return [:] }
    let new = try TableShapes.rows(connection, known).filter { rows[$0.key] != $0.value }
    let now = try TableShape.read(connection, Set(new.keys))
    var changes: [String: (before: TableShape, now: TableShape)] = [:]
    for (oid, shape) in now {
      if let before = self[oid] { changes[oid] = (before, shape) }
      (rows[oid], shapes[oid]) = (new[oid], shape)
    }
    return changes
  }
}

extension TableShape {
  /// A row of `TableShapes`; it has no names of columns, and no new ones.
  fileprivate init?(_ row: [String?], _ types: [String: String]) {
    guard row.count == 5, let persistence = row[1], let method = row[2], let tablespace = row[3] else { return nil }
    (self.persistence, accessMethod, self.tablespace) = (persistence, method, tablespace)
    let columns = (row[4] ?? "").split(separator: ";").compactMap { text -> (Int, Column)? in
      let words = text.split(separator: " ")
      guard words.count == 5, let number = Int(words[0]) else { return nil }
      let typeID = "\(words[1]) \(words[2])"
      let column = Column(
        name: "", typeID: typeID, type: types[typeID] ?? "?", version: String(words[3]),
        hasMissingValue: words[4] == "t", isComputed: false)
      return (number, column)
    }
    self.columns = Dictionary(columns) { $1 }
  }
}

extension RewriteReason {
  /// Whether a column of text became longer or unlimited.
  fileprivate var isWiderText: Bool {
    func length(_ type: String?) -> Int? {
      guard let type else { return nil }
      if type == "text" || type == "character varying" { return .max }
      guard type.hasPrefix("character varying("), type.hasSuffix(")") else { return nil }
      return Int(type.dropFirst("character varying(".count).dropLast())
    }
    guard let before = length(before), let now = length(now) else { return false }
    return now >= before
  }

  /// The reason of a statement that does nothing else; nil for other statements.
  ///
  /// - Parameter words: its first words, in lower case.
  init?(_ words: [String]) {
    let kinds: [String: Kind] = [
      "cluster": .cluster, "repack": .repack, "reindex": .reindex, "refresh": .refresh, "vacuum": .vacuumFull,
    ]
    guard let kind = words.first.flatMap({ kinds[$0] }) else { return nil }
    self.init(kind)
  }
}
