import JSON
import PlanCore

/// The name of a node, in the words of EXPLAIN's text format.
struct NodeText {
  /// The name, such as `CTE recent: Parallel Index Scan Backward`.
  let name: String
  /// The index, such as `using orders_pkey`.
  let index: String?
  /// The target, such as `on public.orders o`.
  let target: String?
  /// The target, without its schema if that is `public`.
  let shortTarget: String?

  init(_ node: PlanNode) {
    name = NodeText.name(node).visible
    index = node.relationName == nil ? nil : node.indexName.map { "using \($0)".visible }
    let target = NodeText.target(node, isShort: false).map { "on \($0)".visible }
    self.target = target
    shortTarget = NodeText.target(node, isShort: true).map { "on \($0)".visible } ?? target
  }

  var parts: [String] { [name] + [index, target].compactMap { $0 } }

  /// The parts, the target without its schema if the whole is too long for one line.
  func parts(within width: Int) -> [String] {
    let whole = parts
    guard whole.joined(separator: " ").columns > width else { return whole }
    return [name] + [index, shortTarget].compactMap { $0 }
  }

  // MARK: Name

  private static func name(_ node: PlanNode) -> String {
    let label = node.isSubplan ? node.subplanName.map { "\($0): " } ?? "" : ""
    return label + (node.isParallelAware ? "Parallel " : "") + operation(node)
  }

  /// The operation in the words of `ExplainNode` in `explain.c`.
  private static func operation(_ node: PlanNode) -> String {
    switch node.nodeType {
    case "Aggregate":
      let names = ["Sorted": "GroupAggregate", "Hashed": "HashAggregate", "Mixed": "MixedAggregate"]
      let mode = node.text("Partial Mode").flatMap { $0 == "Simple" ? nil : "\($0) " } ?? ""
      return mode + (names[node.text("Strategy") ?? ""] ?? "Aggregate")
    case "SetOp":
      let name = node.text("Strategy") == "Hashed" ? "HashSetOp" : "SetOp"
      return ([name] + [node.text("Command")].compactMap { $0 }).joined(separator: " ")
    case "Nested Loop", "Hash Join", "Merge Join":
      guard let type = node.text("Join Type"), type != "Inner" else { return node.nodeType }
      let method = node.nodeType.hasSuffix(" Join") ? String(node.nodeType.dropLast(5)) : node.nodeType
      return "\(method) \(type) Join"
    case "Index Scan", "Index Only Scan":
      return node.nodeType + (node.text("Scan Direction") == "Backward" ? " Backward" : "")
    case "ModifyTable":
      return node.text("Operation") ?? node.nodeType
    case "Custom Scan":
      return node.text("Custom Plan Provider").map { "Custom Scan (\($0))" } ?? node.nodeType
    case "Foreign Scan":
      return node.text("Operation").map { $0 == "Select" ? node.nodeType : "Foreign \($0)" } ?? node.nodeType
    default:
      return node.nodeType
    }
  }

  // MARK: Target

  private static func target(_ node: PlanNode, isShort: Bool) -> String? {
    if let relation = node.relationName {
      let schema = isShort && node.schema == "public" ? nil : node.schema
      let name = schema.map { "\($0).\(relation)" } ?? relation
      return node.alias.map { $0 == relation ? name : "\(name) \($0)" } ?? name
    }
    // A Bitmap Index Scan names its index and nothing else.
    if let index = node.indexName { return index }
    let name = ["CTE Name", "Function Name", "Table Function Name", "Relations"].lazy.compactMap { node.text($0) }
      .first?.readable
    switch (name, node.alias) {
    case (let name?, let alias?): return name == alias ? name : "\(name) \(alias)"
    case (let name, let alias): return name ?? alias
    }
  }
}

extension PlanNode {
  /// The node at a path; nil if there is none.
  func node(at path: NodePath) -> PlanNode? {
    guard let index = path.first else { return self }
    return children.indices.contains(index) ? children[index].node(at: Array(path.dropFirst())) : nil
  }

  /// The conditions, keys and counts that explain a node, as `Key: value`.
  var detailLines: [String] {
    var lines: [String] = []
    for property in properties {
      let key = property.key
      switch property.value {
      case .number(let number):
        guard key.hasPrefix("Rows Removed by ") || ExplainKey.isShown(key), number > 0
        else { continue }
        lines.append("\(key.visible): \(Figures.grouped(number))")
      case .bool(true) where key == "Disabled":
        lines.append("Disabled: true")
      case .string(let text) where key == "Sort Method":
        if text.hasPrefix("external") { lines.append("Sort Method: \(text.visible)") }
      default:
        guard ExplainKey.isShown(key) || ["Cond", "Filter", "Key"].contains(where: key.hasSuffix)
        else { continue }
        lines.append("\(key.visible): \(PlanNode.listText(property.value).readable.visible)")
      }
    }
    // A node's figure includes those of the nodes below it.
    let own = (temporaryBlocks ?? 0) - children.reduce(0) { $0 + ($1.temporaryBlocks ?? 0) }
    if own > 0 { lines.append("Temp Blocks: \(Figures.grouped(own))") }
    return lines
  }

  private static func listText(_ value: JSON) -> String {
    switch value {
    case .string(let text): text
    case .array(let elements) where elements.allSatisfy { $0.stringValue != nil }:
      elements.compactMap(\.stringValue).joined(separator: ", ")
    default: value.text
    }
  }
}
