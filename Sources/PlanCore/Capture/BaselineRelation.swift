import JSON

/// The text of a relation in a baseline.
///
///     relation public.orders: 60000 rows, 1200 pages
///       columns: {"id": "bigint", "tenant_id": "integer"}
///       index orders_pkey: btree (id)
///       statistics orders_country: (dependencies) ON country, currency FROM public.orders
///       constraint total_positive: CHECK ((total_cents >= 0))
///       policy: tenant_rows (all, to app_user) USING (tenant_id = 7)
///
/// and from format 2 on
///
///       not read by a plan
///       not null: ["id"]
///       column tenant_id: {"statistics": "1000"}
///       values status: [["open", 0.9], ["held", 0.1]]
///       primary unique index orders_pkey: btree (id)
///       invalid index orders_total_idx: btree (total_cents)
///       trigger orders_audit: AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION audit()
///       foreign key orders_tenant_fk: {"schema": "public", "relation": "tenants", "definition": …, "index": …}
///       referenced by items_order_fk: {"schema": "public", "relation": "items", "definition": …}
enum BaselineRelation {
  static let prefix = "relation "

  // MARK: Writing

  /// - Parameter isOnlyNamed: whether no plan reads the relation, which the query names.
  static func outline(
    _ name: RelationName, _ facts: RelationFacts, isOnlyNamed: Bool, format: BaselineFormat
  ) -> OutlineLine {
    var lines: [OutlineLine] = []
    let isNew = format >= .two
    if isNew, isOnlyNamed { lines.append(OutlineLine(onlyNamed)) }
    if let root = facts.root { lines.append(OutlineLine("partition of \(quoted(root.schema)).\(quoted(root.name))")) }
    if let partitions = facts.partitions { lines.append(OutlineLine("partitions: \(partitions)")) }
    if !facts.columns.isEmpty {
      let columns = JSON.object(facts.columns.map { JSONMember($0.name, .string($0.type)) })
      lines.append(OutlineLine("columns: \(columns.text)"))
    }
    if isNew { lines += columnLines(facts.columns) }
    func named(_ word: String, _ name: String, _ definition: String) -> OutlineLine {
      OutlineLine("\(word) \(quoted(name)): \(PlanText.valueText(.string(definition)))")
    }
    func indexes(_ indexes: [IndexFacts], _ words: [String] = []) -> [OutlineLine] {
      indexes.sorted { $0.name < $1.name }.map { index in
        let words = words + (isNew ? index.traits.words : []) + ["index"]
        return named(words.joined(separator: " "), index.name, index.definition)
      }
    }
    lines += indexes(facts.indexes)
    if isNew { lines += indexes(facts.invalidIndexes, ["invalid"]) }
    lines += facts.statistics.sorted { $0.name < $1.name }.map { named("statistics", $0.name, $0.definition) }
    lines += facts.constraints.sorted { $0.name < $1.name }.map { named("constraint", $0.name, $0.definition) }
    lines += facts.policies.sorted().map { OutlineLine("policy: \(PlanText.valueText(.string($0)))") }
    if isNew {
      lines += facts.triggers.sorted { $0.name < $1.name }.map { named("trigger", $0.name, $0.definition) }
      lines += facts.foreignKeys.sorted { $0.name < $1.name }.map { outline($0, "foreign key", other: $0.references) }
      lines += facts.referencedBy.sorted { ($0.relation, $0.name) < ($1.relation, $1.name) }
        .map { outline($0, "referenced by", other: $0.relation) }
    }
    let size = "\(JSON.numberText(facts.rows)) rows, \(JSON.numberText(facts.pages)) pages"
    return OutlineLine("\(prefix)\(quoted(name.schema)).\(quoted(name.name)): \(size)", lines)
  }

  private static let onlyNamed = "not read by a plan"

  private static func columnLines(_ columns: [ColumnFacts]) -> [OutlineLine] {
    let notNull = columns.filter(\.isNotNull).map { JSON.string($0.name) }
    return (notNull.isEmpty ? [] : [OutlineLine("not null: \(JSON.array(notNull).text)")])
      + columns.filter { !$0.attributes.isEmpty }.map { column in
        let members = ColumnAttribute.allCases.compactMap { attribute in
          column.attributes[attribute].map { JSONMember(attribute.rawValue, .string($0)) }
        }
        return OutlineLine("column \(quoted(column.name)): \(JSON.object(members).text)")
      }
      + columns.filter { !$0.commonValues.isEmpty }.map { column in
        let values = column.commonValues.map { JSON.array([$0.value.map(JSON.string) ?? .null, .number($0.share)]) }
        return OutlineLine("values \(quoted(column.name)): \(JSON.array(values).text)")
      }
  }

  private static func outline(_ key: ForeignKeyFacts, _ word: String, other: RelationName) -> OutlineLine {
    let members =
      [
        JSONMember("schema", .string(other.schema)), JSONMember("relation", .string(other.name)),
        JSONMember("definition", .string(key.definition)),
      ] + (key.index.map { [JSONMember("index", .string($0))] } ?? [])
    return OutlineLine("\(word) \(quoted(key.name)): \(JSON.object(members).text)")
  }

  /// A name as it stands where it is simple, else as a JSON string.
  private static func quoted(_ name: String) -> String {
    let isPlain = name.unicodeScalars.allSatisfy {
      $0.isASCII && $0.value > 0x20 && $0.value < 0x7f && !"\".:".unicodeScalars.contains($0)
    }
    return isPlain && !name.isEmpty ? name : JSON.quoted(name)
  }

  // MARK: Reading

  /// - Returns: the relation, its facts, and whether no plan reads it.
  static func read(
    _ line: OutlineLine, _ format: BaselineFormat
  ) throws(BaselineError) -> (RelationName, RelationFacts, isOnlyNamed: Bool) {
    guard var rest = line.text[...].dropping(prefix: prefix), let name = relationName(&rest),
      let sizes = rest.dropping(prefix: ": ")?.utf8.split(separator: UInt8(ascii: " ")).map({ Substring($0) })
    else { throw damaged(line) }
    guard sizes.count == 4, sizes[1] == "rows,", sizes[3] == "pages", let rows = Double(String(sizes[0])),
      let pages = Double(String(sizes[2])), rows.isFinite, pages.isFinite
    else { throw damaged(line) }
    var facts = RelationFacts(rows: rows, pages: pages)
    var isOnlyNamed = false
    for child in line.children {
      if format >= .two {
        if child.text == onlyNamed {
          isOnlyNamed = true
          continue
        }
        if try readNew(child, of: name, into: &facts) { continue }
      }
      try read(child, into: &facts)
    }
    return (name, facts, isOnlyNamed)
  }

  /// Reads a line of format 2.
  ///
  /// - Returns: whether it was one.
  private static func readNew(
    _ line: OutlineLine, of relation: RelationName, into facts: inout RelationFacts
  ) throws(BaselineError) -> Bool {
    guard line.children.isEmpty else { throw damaged(line) }
    let text = line.text[...]
    if let list = text.dropping(prefix: "not null: ") {
      guard case .array(let names)? = try? JSON(parsing: String(list)) else { throw damaged(line) }
      for name in names {
        guard let place = facts.columns.firstIndex(where: { $0.name == name.stringValue }) else { throw damaged(line) }
        facts.columns[place].isNotNull = true
      }
      return true
    }
    if var rest = text.dropping(prefix: "column ") {
      guard let name = word(&rest), let place = facts.columns.firstIndex(where: { $0.name == name }),
        case .object(let members)? = rest.dropping(prefix: ": ").flatMap({ try? JSON(parsing: String($0)) })
      else { throw damaged(line) }
      for member in members {
        guard let attribute = ColumnAttribute(rawValue: member.key) else { throw damaged(line) }
        facts.columns[place].attributes[attribute] = member.value.stringValue
      }
      return true
    }
    if var rest = text.dropping(prefix: "values ") {
      guard let name = word(&rest), let place = facts.columns.firstIndex(where: { $0.name == name }),
        case .array(let values)? = rest.dropping(prefix: ": ").flatMap({ try? JSON(parsing: String($0)) })
      else { throw damaged(line) }
      for value in values {
        guard case .array(let pair) = value, pair.count == 2, let share = pair[1].numberValue else {
          throw damaged(line)
        }
        facts.columns[place].commonValues.append(CommonValue(value: pair[0].stringValue, share: share))
      }
      return true
    }
    if var rest = text.dropping(prefix: "foreign key ") {
      let (name, other, definition, index) = try foreignKey(&rest, line)
      facts.foreignKeys.append(
        ForeignKeyFacts(name: name, relation: relation, references: other, definition: definition, index: index))
      return true
    }
    if var rest = text.dropping(prefix: "referenced by ") {
      let (name, other, definition, index) = try foreignKey(&rest, line)
      facts.referencedBy.append(
        ForeignKeyFacts(name: name, relation: other, references: relation, definition: definition, index: index))
      return true
    }
    if var rest = text.dropping(prefix: "trigger ") {
      let (name, definition) = try named(&rest, line)
      facts.triggers.append(DefinedObject(name: name, definition: definition))
      return true
    }
    return try readIndex(text, line, into: &facts)
  }

  /// `invalid unique index orders_number_idx: btree (number)`.
  private static func readIndex(
    _ text: Substring, _ line: OutlineLine, into facts: inout RelationFacts
  ) throws(BaselineError) -> Bool {
    var (text, isInvalid, traits) = (text, false, Set<IndexTrait>())
    if let rest = text.dropping(prefix: "invalid ") { (text, isInvalid) = (rest, true) }
    for trait in IndexTrait.allCases {
      if let rest = text.dropping(prefix: trait.rawValue + " ") {
        text = rest
        traits.insert(trait)
      }
    }
    guard var rest = text.dropping(prefix: "index ") else { return false }
    let (name, definition) = try named(&rest, line)
    let index = IndexFacts(name: name, definition: definition, traits: traits)
    if isInvalid { facts.invalidIndexes.append(index) } else { facts.indexes.append(index) }
    return true
  }

  private static func foreignKey(
    _ text: inout Substring, _ line: OutlineLine
  ) throws(BaselineError) -> (name: String, other: RelationName, definition: String, index: String?) {
    guard let name = word(&text), let json = text.dropping(prefix: ": ").flatMap({ try? JSON(parsing: String($0)) }),
      let schema = json["schema"]?.stringValue, let relation = json["relation"]?.stringValue,
      let definition = json["definition"]?.stringValue
    else { throw damaged(line) }
    return (name, RelationName(schema: schema, name: relation), definition, json["index"]?.stringValue)
  }

  private static func damaged(_ line: OutlineLine) -> BaselineError {
    BaselineError(line: line.number, message: "a damaged relation")
  }

  private static func read(_ line: OutlineLine, into facts: inout RelationFacts) throws(BaselineError) {
    let bytes = line.text.utf8
    guard line.children.isEmpty,
      let end = bytes.firstIndex(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") })
    else { throw damaged(line) }
    var rest = line.text[bytes.index(after: end)...]
    switch line.text[..<end] {
    case "partition":
      rest = rest.dropFirst("of ".count)
      guard let root = relationName(&rest), rest.isEmpty else { throw damaged(line) }
      facts.root = root
    case "partitions":
      guard let count = Int(rest.dropFirst()) else { throw damaged(line) }
      facts.partitions = count
    case "columns":
      guard case .object(let members)? = try? JSON(parsing: String(rest)) else { throw damaged(line) }
      for member in members {
        guard let type = member.value.stringValue else { throw damaged(line) }
        facts.columns.append(ColumnFacts(name: member.key, type: type))
      }
    case "index":
      let (name, definition) = try named(&rest, line)
      facts.indexes.append(IndexFacts(name: name, definition: definition))
    case "statistics":
      let (name, definition) = try named(&rest, line)
      facts.statistics.append(DefinedObject(name: name, definition: definition))
    case "constraint":
      let (name, definition) = try named(&rest, line)
      facts.constraints.append(DefinedObject(name: name, definition: definition))
    case "policy":
      guard let text = (try? PlanText.value(rest.dropFirst()))?.stringValue else { throw damaged(line) }
      facts.policies.append(text)
    default: throw damaged(line)
    }
  }

  /// `orders_pkey: btree (id)`.
  private static func named(
    _ text: inout Substring, _ line: OutlineLine
  ) throws(BaselineError) -> (name: String, definition: String) {
    guard let name = word(&text), let value = text.dropping(prefix: ": "),
      let definition = (try? PlanText.value(value))?.stringValue
    else { throw damaged(line) }
    return (name, definition)
  }

  private static func relationName(_ text: inout Substring) -> RelationName? {
    guard let schema = word(&text), let rest = text.dropping(prefix: ".") else { return nil }
    text = rest
    guard let name = word(&text) else { return nil }
    return RelationName(schema: schema, name: name)
  }

  /// Takes a name off the front: a JSON string, or all up to a dot, a colon or the end.
  static func word(_ text: inout Substring) -> String? {
    // By scalars: a quotation mark with a combining mark behind it is one character to Swift.
    let scalars = text.unicodeScalars
    guard scalars.first == "\"" else {
      let name = text.utf8.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: ":") }
      text = text[name.endIndex...]
      return name.isEmpty ? nil : String(Substring(name))
    }
    var isEscaped = false
    for index in scalars.indices.dropFirst() {
      if !isEscaped, scalars[index] == "\"" {
        let name = try? JSON(parsing: String(scalars[...index])).stringValue
        text = Substring(scalars[scalars.index(after: index)...])
        return name
      }
      isEscaped = !isEscaped && scalars[index] == "\\"
    }
    return nil
  }
}
