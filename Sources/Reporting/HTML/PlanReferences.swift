import JSON
import PlanCore

/// The nodes of a plan that read a CTE or the result of an InitPlan, found in one pass over all expressions.
struct PlanReferences {
  /// Positions of the readers in EXPLAIN's order, by the name under which they read.
  private var readers: [String: [Int]] = [:]

  init(_ plan: FlatPlan) {
    guard plan.entries.contains(where: { PlanReferences.words(for: $0.node) != nil }) else { return }
    for (position, entry) in plan.entries.enumerated() {
      var words: Set<String> = []
      if entry.node.nodeType == "CTE Scan", let name = entry.node.text("CTE Name") { words.insert("CTE \(name)") }
      for property in entry.node.properties { PlanReferences.collect(property.value, into: &words) }
      for word in words { readers[word, default: []].append(position) }
    }
  }

  /// The positions of the nodes that read a node; nil if the node is neither a CTE nor an InitPlan.
  func readers(of node: PlanNode) -> [Int]? {
    guard let words = PlanReferences.words(for: node) else { return nil }
    return words.count == 1 ? readers[words[0]] ?? [] : Set(words.flatMap { readers[$0] ?? [] }).sorted()
  }

  /// The names under which a CTE or an InitPlan is read; nil for other nodes.
  private static func words(for node: PlanNode) -> [String]? {
    if let name = node.cteName { return ["CTE \(name)"] }
    guard node.parentRelationship == "InitPlan", let name = node.subplanName else { return nil }
    // Up to PostgreSQL 16 the node is `InitPlan 1 (returns $0,$1)`; later, expressions read `(InitPlan 1).col1`.
    guard let returned = name.split(separator: "(returns ").dropFirst().first else { return ["(\(name))"] }
    return returned.split { $0 == "," || $0 == ")" }.map(String.init)
  }

  private static func collect(_ value: JSON, into words: inout Set<String>) {
    switch value {
    case .string(let text): collect(text.utf8, into: &words)
    case .array(let elements): for element in elements { collect(element, into: &words) }
    case .object(let members): for member in members { collect(member.value, into: &words) }
    case .null, .bool, .number: break
    }
  }

  /// Collects `$1` and `(InitPlan 1)`.
  private static func collect(_ text: String.UTF8View, into words: inout Set<String>) {
    var rest = text[...]
    while let start = rest.firstIndex(where: { $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "(") }) {
      let isNumber = text[start] == UInt8(ascii: "$")
      let next = text.index(after: start)
      rest = text[next...]
      if isNumber {
        let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        if !digits.isEmpty { words.insert("$" + String(Substring(digits))) }
      } else if rest.starts(with: "InitPlan ".utf8), let end = rest.firstIndex(of: UInt8(ascii: ")")) {
        words.insert(String(Substring(text[start...end])))
      }
    }
  }
}
