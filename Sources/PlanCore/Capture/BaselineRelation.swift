import JSON

/// The text of a relation in a baseline.
///
///     relation public.orders: 60000 rows, 1200 pages
///       columns: {"id": "bigint", "tenant_id": "integer"}
///       index orders_pkey: btree (id)
///       statistics orders_country: (dependencies) ON country, currency FROM public.orders
///       constraint total_positive: CHECK ((total_cents >= 0))
///       policy: tenant_rows (all, to app_user) USING (tenant_id = 7)
enum BaselineRelation {
  static let prefix = "relation "

  // MARK: Writing

  static func outline(_ name: RelationName, _ facts: RelationFacts) -> OutlineLine {
    var lines: [OutlineLine] = []
    if let root = facts.root { lines.append(OutlineLine("partition of \(quoted(root.schema)).\(quoted(root.name))")) }
    if let partitions = facts.partitions { lines.append(OutlineLine("partitions: \(partitions)")) }
    if !facts.columns.isEmpty {
      let columns = JSON.object(facts.columns.map { JSONMember($0.name, .string($0.type)) })
      lines.append(OutlineLine("columns: \(columns.text)"))
    }
    func named(_ word: String, _ name: String, _ definition: String) -> OutlineLine {
      OutlineLine("\(word) \(quoted(name)): \(PlanText.valueText(.string(definition)))")
    }
    lines += facts.indexes.sorted { $0.name < $1.name }.map { named("index", $0.name, $0.definition) }
    lines += facts.statistics.sorted { $0.name < $1.name }.map { named("statistics", $0.name, $0.definition) }
    lines += facts.constraints.sorted { $0.name < $1.name }.map { named("constraint", $0.name, $0.definition) }
    lines += facts.policies.sorted().map { OutlineLine("policy: \(PlanText.valueText(.string($0)))") }
    let size = "\(JSON.numberText(facts.rows)) rows, \(JSON.numberText(facts.pages)) pages"
    return OutlineLine("\(prefix)\(quoted(name.schema)).\(quoted(name.name)): \(size)", lines)
  }

  /// A name as it stands where it is simple, else as a JSON string.
  private static func quoted(_ name: String) -> String {
    let isPlain = name.unicodeScalars.allSatisfy {
      $0.isASCII && $0.value > 0x20 && $0.value < 0x7f && !"\".:".unicodeScalars.contains($0)
    }
    return isPlain && !name.isEmpty ? name : JSON.quoted(name)
  }

  // MARK: Reading

  static func read(_ line: OutlineLine) throws(BaselineError) -> (RelationName, RelationFacts) {
    guard var rest = line.text[...].dropping(prefix: prefix), let name = relationName(&rest),
      let sizes = rest.dropping(prefix: ": ")?.utf8.split(separator: UInt8(ascii: " ")).map({ Substring($0) })
    else { throw damaged(line) }
    guard sizes.count == 4, sizes[1] == "rows,", sizes[3] == "pages", let rows = Double(String(sizes[0])),
      let pages = Double(String(sizes[2])), rows.isFinite, pages.isFinite
    else { throw damaged(line) }
    var facts = RelationFacts(rows: rows, pages: pages)
    for child in line.children { try read(child, into: &facts) }
    return (name, facts)
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
  private static func word(_ text: inout Substring) -> String? {
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
