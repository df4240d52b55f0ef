import PlanCore

/// The statement that fills one table, and what it depends on.
struct FillStatement {
  /// How a statement is written; each form is tried when the one before it does not give the rows.
  struct Form: Equatable, Sendable {
    /// How many rows are made, of which those that the constraints refuse are left out.
    var candidates: Int
    /// Whether rows that break a CHECK are left out.
    var filters = false
    /// Whether rows that break a unique or exclusion constraint are left out.
    var skipsConflicts = false
    /// Whether references to the table itself are set by an UPDATE.
    var updatesSelf = false
  }

  let table: FillTable
  /// All tables of the database, by number.
  let tables: [UInt32: FillTable]
  /// How many rows referenced tables have, by number.
  let counts: [UInt32: Int]
  /// Foreign keys that are set later, by name.
  let deferred: Set<String>
  let rows: Int
  /// Statistics of production; nil for none.
  let statistics: DumpedStatistics?
  let form: Form

  private(set) var links: [ParentLink] = []
  private(set) var n = "n"
  private var names: Set<String> { Set(table.columns.map(\.name)) }

  init(
    _ table: FillTable, among tables: [UInt32: FillTable], counts: [UInt32: Int], deferred: Set<String>, rows: Int,
    statistics: DumpedStatistics?, form: Form
  ) {
    self.table = table
    self.tables = tables
    self.counts = counts
    self.deferred = deferred
    self.rows = rows
    self.statistics = statistics
    self.form = form
    while names.contains(n) { n += "r" }
    links = ParentLink.links(of: table, among: tables) { key in
      // A parent without rows leaves NULL.
      deferred.contains(key.name) || key.target != table.oid && counts[key.target] == 0
    }
  }

  var writer: ValueWriter { ValueWriter(table, n: n, rows: form.candidates) }

  /// A column that the statement fills.
  struct Value {
    let column: FillColumn
    /// Computed with the row's number, before any join; nil for a value that comes from a join.
    var drawn: String?
    /// What `drawn` uses by name.
    var draws: [StatisticsValue.Draw] = []
    /// Computed after the joins.
    var joined: String?
  }

  /// The columns and their values.
  ///
  /// - Throws: the reason why there are none.
  func values() throws(Unfillable) -> [Value] {
    let roles = KeyRoles(table, links)
    var values: [Value] = []
    for column in table.columns where !column.isGenerated && !column.hasOtherSequence {
      if let link = links.first(where: { $0.sets.contains { $0.column == column.name } }),
        let pair = link.sets.first(where: { $0.column == column.name })
      {
        let joined = "\(quotedIdentifier(link.alias)).\(quotedIdentifier(pair.target))"
        values.append(Value(column: column, joined: joined))
        continue
      }
      if let key = table.foreignKeys.first(where: { $0.columns.contains(column.name) && !isLinked($0) }) {
        if let value = try reference(column, key) { values.append(value) }
        continue
      }
      if let others = roles.positions[column.name] {
        values.append(Value(column: column, joined: position(among: others)))
        continue
      }
      if let value = try plain(column, isUnique: roles.unique.contains(column.name)) {
        values.append(Value(column: column, drawn: value.text, draws: value.draws))
      }
    }
    return values
  }

  private func isLinked(_ key: FillForeignKey) -> Bool { links.contains { $0.key.name == key.name } }

  /// The value of a column in a foreign key that no join serves; nil to leave it NULL or to its default.
  private func reference(_ column: FillColumn, _ key: FillForeignKey) throws(Unfillable) -> Value? {
    if key.target == table.oid, !updatesReference(key) {
      return Value(column: column, drawn: selfReference(column, key))
    }
    if !column.isNotNull { return nil }
    // A column that another key or no key determines, such as the tenant of a reference to the same table.
    if let other = links.first(where: { $0.key.columns.contains(column.name) }) {
      throw Unfillable("\(column.name) of \(key.name) is determined by \(other.key.name)")
    }
    let optional = key.columns.contains { table[column: $0]?.isNotNull == false }
    guard optional, let value = try plain(column, isUnique: false) else {
      throw Unfillable(
        key.target == table.oid
          ? "\(key.name) refers to the table itself and refuses NULL"
          : "\(key.targetName) has no rows, and \(key.name) refuses NULL")
    }
    return Value(column: column, drawn: value.text, draws: value.draws)
  }

  /// Whether a key that refers to the table itself is set once the rows are there.
  func updatesReference(_ key: FillForeignKey) -> Bool {
    guard key.target == table.oid else { return deferred.contains(key.name) }
    guard FillOrder.isNullable(key, in: table) else { return false }
    guard key.columns.count == 1, let target = table[column: key.targetColumns.first ?? ""] else { return true }
    return form.updatesSelf || form.filters || form.skipsConflicts || numbered(target, n) == nil
  }

  /// The value that a column of the table has in the row with a number, if that tells it.
  private func numbered(_ column: FillColumn, _ number: String) -> String? {
    if column.sequence != nil { return number }
    guard KeyRoles(table, links).unique.contains(column.name), !column.hasOtherSequence,
      ["int2", "int4", "int8", "uuid"].contains(column.type.baseName)
    else { return nil }
    return ValueWriter(table, n: number, rows: form.candidates).sql(column, isUnique: true)
  }

  /// A reference to an earlier row; NULL in the first rows, which are the roots, where that is allowed.
  private func selfReference(_ column: FillColumn, _ key: FillForeignKey) -> String {
    let target = table[column: key.targetColumns.first ?? ""] ?? column
    let isUnique = KeyRoles(table, links).unique.contains(column.name)
    let number = isUnique ? "(\(n) - 1)" : "(1 + floor((\(n) - 1) * power(random(), 2))::integer)"
    let value = numbered(target, number) ?? "NULL"
    if column.isNotNull { return value }
    return "CASE WHEN \(n) > \(isUnique ? 1 : max(1, rows / 50)) THEN \(value) END"
  }

  /// 1, 2, 3 among the rows with the same values of other columns.
  private func position(among others: [String]) -> String {
    let group = others.map { other in
      links.lazy.flatMap { link in link.sets.map { (link, $0) } }.first { $0.1.column == other }
        .map { "\(quotedIdentifier($0.0.alias)).\(quotedIdentifier($0.1.target))" } ?? "r.\(quotedIdentifier(other))"
    }
    return "row_number() OVER (PARTITION BY \(group.joined(separator: ", ")) ORDER BY r.\(n))"
  }

  /// The value of a column that depends on no other table; nil to leave it to its default.
  private func plain(_ column: FillColumn, isUnique: Bool) throws(Unfillable) -> StatisticsValue.Drawn? {
    if column.sequence != nil { return StatisticsValue.Drawn(text: n) }
    let writer = writer
    if let known = statistics?[table.name]?.columns[column.name], writer.partitions[column.name] == nil {
      let value = StatisticsValue(statistics: known, column: column, rows: form.candidates).drawn(
        orElse: writer.sql(column, isUnique: isUnique), isUnique: isUnique, choices: writer.choices(column))
      if let value { return value }
    }
    if !isUnique, let value = column.defaultValue, ConstantDefault.isEnough(value, column, writer) { return nil }
    guard let value = writer.sql(column, isUnique: isUnique) else {
      if !column.isNotNull || column.defaultValue != nil { return nil }
      throw Unfillable("values of type \(column.declaredType) cannot be made (\(column.name))")
    }
    let isKey = table.identity.contains(column.name) || writer.partitions[column.name] != nil
    guard !column.isNotNull, !isKey else { return StatisticsValue.Drawn(text: value) }
    let share = NamedNumbers.text(((1 - ColumnWords(column.name).shareOfNulls) * 100).rounded() / 100)
    return StatisticsValue.Drawn(text: "CASE WHEN random() < \(share) THEN \(value) END")
  }
}

/// The reason why a table gets no rows.
struct Unfillable: Error, Equatable {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Defaults that say as much as a value that is made up.
enum ConstantDefault {
  static func isEnough(_ value: String, _ column: FillColumn, _ writer: ValueWriter) -> Bool {
    guard isConstant(value), writer.choices(column) == nil, writer.partitions[column.name] == nil else { return false }
    switch column.type {
    case .base(let name, _):
      return ![
        "bool", "int2", "int4", "int8", "numeric", "float4", "float8", "money", "date", "timestamp", "timestamptz",
      ].contains(name)
    default: return true
    }
  }

  /// Whether an expression is a literal, which has the same value in every run.
  static func isConstant(_ value: String) -> Bool {
    let tokens = ExpressionToken.tokens(value).withoutCasts.unwrapped
    switch tokens.last {
    case .string, .number: return tokens.count == 1 || tokens.count == 2 && tokens[0] == .symbol("-")
    case .word(let word): return tokens.count == 1 && ["true", "false", "null"].contains(word)
    case .symbol("]"): return tokens.count == 3 && tokens[0] == .word("array")
    default: return false
    }
  }
}
