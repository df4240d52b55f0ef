import PlanCore

/// The tables to fill and how many rows each of them gets.
struct FillSizes: Sendable {
  /// `TABLE`, `TABLE=ROWS`: a table's name or a glob, with or without its schema.
  struct Wish: Equatable, Sendable {
    let glob: String
    /// Nil for the usual number.
    let rows: Int?

    static let largest = 100_000_000

    init(_ text: String) throws(Diagnostic) {
      guard let equals = text.lastIndex(of: "=") else {
        (glob, rows) = (text, nil)
        return
      }
      let digits = text[text.index(after: equals)...].filter { $0 != "," && $0 != "_" }
      guard let number = Int(digits), (0...Wish.largest).contains(number), equals != text.startIndex else {
        throw Diagnostic("'\(text)' is not TABLE=ROWS, such as orders=5000\nusage: \(Subcommand.seed.usage)")
      }
      (glob, rows) = (String(text[..<equals]), number)
    }

    func matches(_ name: RelationName) -> Bool {
      isGlob(glob, matching: name.description) || isGlob(glob, matching: name.name)
    }
  }

  let wishes: [Wish]
  /// The rows of a table without foreign keys, or with statistics of the largest one; nil for the usual number.
  let base: Int?
  let statistics: DumpedStatistics?

  private static let usualBase = 1000
  private static let usualLargest = 100_000
  /// Tables of tools that keep their own records in the database.
  private static let bookkeeping: Set<String> = [
    "schema_migrations", "ar_internal_metadata", "alembic_version", "django_migrations", "flyway_schema_history",
    "goose_db_version", "gorp_migrations", "_prisma_migrations", "_sqlx_migrations", "__drizzle_migrations",
    "databasechangelog", "databasechangeloglock", "knex_migrations", "knex_migrations_lock", "sequelizemeta",
    "schema_version", "refinery_schema_history", "diesel_schema_migrations", "__diesel_schema_migrations",
  ]

  /// The empty tables that are to be filled: those that were named and the empty ones that they reference, or all.
  ///
  /// - Throws: for a name that fits no table, or only tables with rows.
  func tables(of catalog: FillCatalog) throws(Diagnostic) -> [FillTable] {
    for wish in wishes where wish.rows != 0 {
      let named = catalog.tables.filter { wish.matches($0.name) }
      guard let first = named.first else {
        let names = catalog.tables.flatMap { [$0.name.name, $0.name.description] }
        throw Diagnostic(
          "no table is called '\(wish.glob)'\(suggestion(for: wish.glob, among: names))"
            + (catalog.tables.isEmpty ? "\nthe seeded database has no tables: its schema comes first" : ""))
      }
      if named.count == 1, !first.isEmpty {
        throw Diagnostic("\(first.name) has rows already: plangate seed fills empty tables")
      }
    }
    let fillable = catalog.tables.filter { table in
      table.isEmpty && rows(wished: table) != 0
    }
    guard wishes.contains(where: { $0.rows != 0 }) else {
      return fillable.filter { !FillSizes.bookkeeping.contains($0.name.name.lowercased()) }
    }
    var chosen = fillable.filter { table in wishes.contains { $0.rows != 0 && $0.matches(table.name) } }
    var position = 0
    while position < chosen.count {
      for key in chosen[position].foreignKeys where !chosen.contains(where: { $0.oid == key.target }) {
        if let parent = fillable.first(where: { $0.oid == key.target }) { chosen.append(parent) }
      }
      position += 1
    }
    return chosen
  }

  /// The number that was asked for; the last word counts.
  private func rows(wished table: FillTable) -> Int? { wishes.last { $0.matches(table.name) && $0.rows != nil }?.rows }

  /// How many rows each table gets, by number, if its keys allow it.
  ///
  /// - Parameter order: the tables, parents first.
  func rows(of order: FillOrder) -> [UInt32: Int] {
    let depths = order.depths
    let known = Dictionary(order.tables.map { ($0.oid, production($0)) }) { first, _ in first }
    let largest = known.values.compactMap { $0 }.max()
    var result: [UInt32: Int] = [:]
    for table in order.tables {
      if let wished = rows(wished: table) {
        result[table.oid] = wished
      } else if let rows = known[table.oid] ?? nil, let largest, largest > 0 {
        let scale = min(1, Double(base ?? FillSizes.usualLargest) / largest)
        // A small table, such as one of countries, stays as it is.
        result[table.oid] = max(1, Int(max(min(rows, 200), rows * scale).rounded()))
      } else {
        // Each level of children has more.
        let factor = [1, 3, 9, 27][min(3, depths[table.oid] ?? 0)]
        result[table.oid] = min(Wish.largest, (base ?? FillSizes.usualBase) * (statistics == nil ? factor : 1))
      }
    }
    return result
  }

  /// The rows of a table in production; nil if the statistics do not say it.
  private func production(_ table: FillTable) -> Double? {
    guard let statistics else { return nil }
    if let rows = statistics[table.name]?.rows, rows > 0 { return rows }
    let leaves = table.partitions.filter(\.isLeaf).compactMap { statistics[$0.name]?.rows }.filter { $0 > 0 }
    return leaves.isEmpty ? nil : leaves.reduce(0, +)
  }
}
