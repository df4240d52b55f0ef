import JSON

/// The line of a node in a baseline, as EXPLAIN's text format has it:
/// `Outer -> Index Scan using orders_pkey on public.orders o  (cost=0.42..8.44 rows=1 width=44) (actual rows=1 loops=1)
/// (buffers=4)` and the node's other facts as `Key: value` lines below it.
enum PlanText {
  static func outline(_ node: PlanNode) -> OutlineLine {
    var lines = extraProperties(node).map { OutlineLine("\($0.key): \(valueText($0.value))") }
    lines += node.properties.map { OutlineLine("\($0.key): \(valueText($0.value))") }
    lines += node.children.map(outline)
    let arrow = node.parentRelationship.map { "\($0) -> " } ?? "-> "
    return OutlineLine(arrow + head(node) + "  " + figures(node), lines)
  }

  // MARK: Head

  static func head(_ node: PlanNode) -> String {
    var text = (node.isParallelAware ? "Parallel " : "") + word(node.nodeType, isNodeType: true)
    if let index = node.indexName { text += " using \(word(index))" }
    switch (node.schema, node.relationName, node.alias) {
    case (let schema?, let relation?, let alias?):
      text += " on \(word(schema)).\(word(relation))" + (alias == relation ? "" : " \(word(alias))")
    case (nil, nil, let alias?): text += " on \(word(alias))"
    default: break
    }
    return text
  }

  /// The properties that the head has no room for.
  private static func extraProperties(_ node: PlanNode) -> [JSONMember] {
    var members: [JSONMember] = []
    func add(_ key: String, _ value: String?) {
      if let value { members.append(JSONMember(key, .string(value))) }
    }
    add("Subplan Name", node.subplanName)
    if node.relationName == nil ? node.schema != nil : node.schema == nil || node.alias == nil {
      add("Schema", node.schema)
      add("Relation Name", node.relationName)
      if node.relationName != nil || node.schema != nil { add("Alias", node.alias) }
    }
    return members
  }

  /// A name as it stands where it is simple, else as a JSON string.
  ///
  /// Node types are words with capitals, names of objects are lower case unless somebody quoted them.
  private static func word(_ name: String, isNodeType: Bool = false) -> String {
    let isPlain =
      isNodeType
      ? name.split(separator: " ", omittingEmptySubsequences: false).allSatisfy { part in
        part.first.map { $0.isASCII && $0.isUppercase } ?? false && part.allSatisfy { $0.isASCII && $0.isLetter }
      }
      : name.utf8.first.map { $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } ?? false
        && name.unicodeScalars.allSatisfy {
          $0 == "_" || $0.isASCII && $0.properties.isAlphabetic && $0.properties.isLowercase || ("0"..."9").contains($0)
        }
        && !["using", "on"].contains(name)
    return isPlain ? name : JSON.quoted(name)
  }

  // MARK: Figures

  static func figures(_ node: PlanNode) -> String {
    func text(_ number: Double) -> String { JSON.numberText(number) }
    var groups = [
      "cost=\(text(node.startupCost))..\(text(node.totalCost)) rows=\(text(node.planRows)) width=\(text(node.planWidth))"
    ]
    if let actual = node.actual {
      groups.append(
        actual.loops == 0 ? "never executed" : "actual rows=\(text(actual.rows)) loops=\(text(actual.loops))")
    }
    if let buffers = node.buffers {
      groups.append("buffers=\(text(buffers))" + (node.temporaryBlocks.map { $0 > 0 ? " temp=\(text($0))" : "" } ?? ""))
    }
    return groups.map { "(\($0))" }.joined(separator: " ")
  }

  // MARK: Values

  /// A string as it stands, all else and what could be taken for something else as JSON.
  static func valueText(_ value: JSON) -> String {
    guard case .string(let text) = value else { return value.text }
    let isPlain =
      text.unicodeScalars.allSatisfy {
        $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) && $0.value != 0x2028 && $0.value != 0x2029
      }
      && text.first.map { $0.isASCII && $0 != " " && !"\"[{".contains($0) } ?? false && text.last != " "
      && !(mayBeJSON(text) && (try? JSON(parsing: text)) != nil)
    return isPlain ? text : JSON.quoted(text)
  }

  static func value(_ text: Substring) throws(JSONError) -> JSON {
    let text = String(text)
    guard mayBeJSON(text) else { return .string(text) }
    if let first = text.first, "\"[{".contains(first) { return try JSON(parsing: text) }
    return (try? JSON(parsing: text)) ?? .string(text)
  }

  /// Whether a text begins as a JSON document does: most values, conditions and definitions, do not.
  private static func mayBeJSON(_ text: String) -> Bool {
    text.utf8.first.map { "\"[{-0123456789tfn \t\r\n".utf8.contains($0) } ?? false
  }
}
