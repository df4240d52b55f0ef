import PlanCore
import Postgres

/// Proposes values for the parameters of a query, from the rows that its plan compares them with.
struct ValueProposer {
  let query: Query
  let uses: [ParameterUse?]
  let parameters: [TypedParameter]
  let rows: RowValues
  /// Whether the statement says what happens to a row that exists.
  private let allowsDuplicates: Bool
  private let inserts: Bool

  init(_ query: Query, _ parameters: [TypedParameter], _ uses: ParameterUses, _ rows: RowValues) {
    self.query = query
    self.parameters = parameters
    self.uses = parameters.indices.map { uses[$0 + 1] }
    self.rows = rows
    let words = Set(query.statement.scanned.words)
    allowsDuplicates = words.contains("conflict")
    inserts = words.contains("insert")
  }

  func proposed() -> ProposedCases {
    var proposed = ProposedCases(query: query, parameters: parameters)
    let written = writtenValues()
    let typical = values(.typical, written)
    proposed.sources = typical.map(\.source)
    func complete(_ found: [Found]) -> [ProposedValue]? {
      let values = found.compactMap(\.value)
      return values.count == parameters.count ? values : nil
    }
    guard let first = complete(typical) else {
      let missing = zip(parameters, typical).filter { $0.1.value == nil }.map(\.0)
      let names = missing.map { "\($0.name) \($0.placeholder)" }
      proposed.remarks.append("no value was found for " + names.joined(separator: ", "))
      return proposed
    }
    proposed.cases = [("typical", first)]
    if uses.contains(where: { $0?.isRead == true }), let frequent = complete(values(.frequent, written)),
      frequent != first
    {
      proposed.cases.append(("frequent", frequent))
    }
    if let none = none(beside: first) { proposed.cases.append(("none", none)) }
    return proposed
  }

  private struct Found {
    var value: ProposedValue?
    var source: ProposedCases.Source
  }

  // MARK: Read

  /// - Parameter written: the values that are written, by parameter.
  private func values(_ choice: RowValues.Choice, _ written: [Int: String]) -> [Found] {
    var found = parameters.map { _ in Found(value: nil, source: .nothing) }
    // Values that must be those of one row are chosen one after the other, the most selective comparison first.
    var fixed: [String: [RowValues.Fixed]] = [:]
    let order = uses.indices.sorted { a, b in
      (uses[a]?.kind.rawValue ?? 99, a) < (uses[b]?.kind.rawValue ?? 99, b)
    }
    for index in order {
      guard let use = uses[index] else { continue }
      let value = use.isRead ? read(use, choice, index, &fixed) : other(use, written[index])
      if let value { found[index] = Found(value: value, source: use.kind >= .limit ? .limit : .rows) }
    }
    for index in found.indices where found[index].value == nil {
      if let value = defaultValue(parameters[index].type) { found[index] = Found(value: value, source: .type) }
    }
    return found
  }

  private func other(_ use: ParameterUse, _ written: String?) -> ProposedValue? {
    switch use.kind {
    case .limit: .text("20")
    case .offset: .text("0")
    default: written.map(ProposedValue.text)
    }
  }

  private func read(
    _ use: ParameterUse, _ choice: RowValues.Choice, _ index: Int, _ fixed: inout [String: [RowValues.Fixed]]
  ) -> ProposedValue? {
    let key = "\(use.alias)\0\(use.relation?.description ?? "")"
    let among = fixed[key] ?? []
    let type = parameters[index].type ?? ""
    switch use.kind {
    case .equal:
      guard let value = rows.values(use, choice, among: among).first else { return nil }
      fixed[key, default: []].append((use.expression, value))
      if among.isEmpty, type == "uuid", isRandom(value), let sql = rows.query(for: use, choice) {
        return .query(sql, now: value)
      }
      return .text(value)
    case .anyOf:
      let values = rows.values(use, choice, among: among)
      if values.isEmpty { return nil }
      return type.hasSuffix("[]") ? .list(values) : .text(values[0])
    case .pattern: return rows.values(use, choice, among: among).first.map { .text("\($0.prefix(4))%") }
    case .partOfPattern: return rows.values(use, choice, among: among).first.map { .text(String($0.prefix(4))) }
    case .contained:
      if type.hasPrefix("json") == false, !type.hasSuffix("[]") {
        // A range that contains the value.
        var start = use
        start.expression = "lower(\(use.expression))"
        return rows.values(start, choice, among: among).first.map(ProposedValue.text)
      }
      let isDocument = !type.hasSuffix("[]")
      return rows.part(use, choice, isDocument: isDocument, among: among).map(ProposedValue.text)
    case .search: return rows.word(use, choice).map(ProposedValue.text)
    case .lower, .upper: return rows.bound(use, part(use, choice), among: among).map(ProposedValue.text)
    case .inserted, .updated, .limit, .offset: return nil
    }
  }

  /// Whether a UUID is of a version that is made at random.
  private func isRandom(_ uuid: String) -> Bool {
    uuid.utf8.count == 36 && "47".utf8.contains(Array(uuid.utf8)[14])
  }

  /// Where in the order of a column a bound is.
  private func part(_ use: ParameterUse, _ choice: RowValues.Choice) -> Double {
    if choice == .frequent { return use.kind == .lower ? 0 : 1 }
    let hasOther = uses.contains { other in
      other.map { $0.expression == use.expression && $0.alias == use.alias && $0.kind != use.kind } ?? false
        && (other?.kind == .lower || other?.kind == .upper)
    }
    return hasOther ? (use.kind == .lower ? 0.4 : 0.6) : 0.5
  }

  // MARK: None

  /// Values that match nothing: the typical ones with one that no row has.
  private func none(beside typical: [ProposedValue]) -> [ProposedValue]? {
    if inserts { return nil }
    let order = uses.indices.filter { uses[$0]?.isRead == true }
      .sorted { (uses[$0]?.kind.rawValue ?? 0, $0) < (uses[$1]?.kind.rawValue ?? 0, $1) }
    for index in order {
      guard let use = uses[index], let value = impossible(use, parameters[index].type ?? "") else { continue }
      var values = typical
      values[index] = value
      return values
    }
    return nil
  }

  private func impossible(_ use: ParameterUse, _ type: String) -> ProposedValue? {
    func wrapped(_ text: String) -> ProposedValue { type.hasSuffix("[]") ? .list([text]) : .text(text) }
    switch use.kind {
    case .equal, .anyOf:
      let element = type.hasSuffix("[]") ? String(type.dropLast(2)) : type
      if use.kind == .equal, type.hasSuffix("[]") { return nil }
      if ["text", "character varying", "citext"].contains(element) {
        return rows.isAbsent("no such value", use) ? wrapped("no such value") : nil
      }
      if element == "uuid" {
        let zero = "00000000-0000-0000-0000-000000000000"
        return rows.isAbsent(zero, use) ? wrapped(zero) : nil
      }
      return rows.beyond(use, isAbove: true).map(wrapped)
    case .pattern: return .text("no such value%")
    case .partOfPattern, .search: return .text("nosuchvalue")
    case .lower: return rows.beyond(use, isAbove: true).map(ProposedValue.text)
    case .upper: return rows.beyond(use, isAbove: false).map(ProposedValue.text)
    case .contained, .inserted, .updated, .limit, .offset: return nil
    }
  }

  // MARK: Written

  /// Values for the columns that the statement writes, by parameter: those of a row, and new ones for unique columns.
  private func writtenValues() -> [Int: String] {
    var values: [Int: String] = [:]
    let written = uses.indices.filter { uses[$0]?.kind == .inserted || uses[$0]?.kind == .updated }
    for (table, indices) in Dictionary(grouping: written, by: { uses[$0]?.relation }) {
      guard let table else { continue }
      let columns = indices.map { uses[$0]?.expression ?? "" }
      let keys = rows.foreignKeys(of: table)
      let row = rows.row(columns, of: table)
      for (position, index) in indices.enumerated() {
        var value = row?[position]
        if value == nil, let key = keys.first(where: { $0.column == columns[position] }) { value = rows.anyKey(key) }
        if let value, value.count <= 200 { values[index] = value }
      }
      renew(&values, table, indices, keys)
    }
    return values
  }

  /// Gives each unique key of the written columns a value that no row has.
  private func renew(
    _ values: inout [Int: String], _ table: RelationName, _ indices: [Int], _ keys: [RowValues.ForeignKey]
  ) {
    if allowsDuplicates { return }
    for unique in rows.uniqueKeys(of: table) {
      let own = unique.compactMap { column in indices.first { uses[$0]?.expression == column } }
      // A column that is not written has a default, which is new.
      guard own.count == unique.count else { continue }
      let free = own.first { index in !keys.contains { $0.column == uses[index]?.expression } }
      if let free, let value = values[free], let use = uses[free] {
        if let new = newValue(value, use, table, parameters[free].type ?? "") { values[free] = new }
      } else if let last = own.last, let key = keys.first(where: { $0.column == uses[last]?.expression }) {
        let others = own.dropLast().compactMap { index in
          values[index].map { (column: uses[index]?.expression ?? "", value: $0) }
        }
        if let new = rows.freeKey(key, of: table, beside: others) { values[last] = new }
      }
    }
  }

  private func newValue(_ value: String, _ use: ParameterUse, _ table: RelationName, _ type: String) -> String? {
    let column = ParameterUse(
      kind: .equal, relation: table, alias: table.name, expression: delimitedIdentifier(use.expression))
    switch type {
    case "text", "character varying", "citext", "character":
      let hash = fingerprint(value)
      // The form of an address or a code may be checked, and so may its length.
      let candidates = ["n" + value, "z" + value.dropFirst(), String(hash.prefix(value.count)), hash]
      return candidates.first { rows.isAbsent($0, column) }
    case "uuid":
      let hash = fingerprint(value) + fingerprint(value + "2")
      return rows.isAbsent(hash, column) ? hash : nil
    default: return rows.beyond(column, isAbove: true)
    }
  }

  // MARK: By type

  private static let defaults: [String: String] = [
    "smallint": "1", "integer": "1", "bigint": "1", "numeric": "1", "real": "1", "double precision": "1",
    "text": "a", "character varying": "a", "character": "a", "citext": "a", "name": "a", "\"char\"": "a",
    "boolean": "true", "date": "2026-01-01", "timestamp without time zone": "2026-01-01 00:00:00",
    "timestamp with time zone": "2026-01-01 00:00:00+00", "time without time zone": "12:00:00", "interval": "1 day",
    "uuid": "00000000-0000-0000-0000-000000000000", "json": "{}", "jsonb": "{}", "bytea": "\\x00",
    "inet": "127.0.0.1", "cidr": "127.0.0.0/8", "tsquery": "a", "oid": "1", "regclass": "pg_class", "money": "1",
  ]

  private func defaultValue(_ type: String?) -> ProposedValue? {
    guard let type else { return nil }
    if type.hasSuffix("[]") {
      guard case .text(let element)? = defaultValue(String(type.dropLast(2))) else { return nil }
      return .list([element])
    }
    return (ValueProposer.defaults[type] ?? rows.label(ofType: type)).map(ProposedValue.text)
  }
}
