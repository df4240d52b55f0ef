/// The form that EXPLAIN prints a node type in: its inputs, and whether it names a relation and an index.
///
/// A node of a baseline that has less, or more, was damaged.
struct NodeForm {
  enum Inputs {
    case none
    case outer
    /// One at most.
    case optionalOuter
    case outerAndInner
    /// One up to PostgreSQL 17, two since.
    case setOperation
    case subquery
    /// Members, whose count is the planner's to choose.
    case members(atLeast: Int)
    /// One, or up to PostgreSQL 13 as many as there are targets.
    case modification
    case any
  }

  enum Presence {
    case never, optional, always
  }

  let inputs: Inputs
  var relation = Presence.never
  var index = Presence.never
  var alias = Presence.never
  /// Keys without which a node cannot be judged.
  var keys: [String] = []

  /// The newest server whose node types are known.
  ///
  /// Beyond it, a type may be new and an old one may have another form.
  static let newestMajor: ServerMajor = 19

  private static let table: [String: NodeForm] = {
    var forms: [String: NodeForm] = [:]
    func add(_ names: String, _ form: NodeForm) {
      for name in names.split(separator: ",") { forms[String(name)] = form }
    }
    add("Seq Scan,Sample Scan,Tid Scan,Tid Range Scan", NodeForm(inputs: .none, relation: .always, alias: .always))
    add("Index Scan,Index Only Scan", NodeForm(inputs: .none, relation: .always, index: .always, alias: .always))
    add("Bitmap Heap Scan", NodeForm(inputs: .outer, relation: .always, alias: .always))
    add("Bitmap Index Scan", NodeForm(inputs: .none, index: .always))
    add("BitmapAnd,BitmapOr", NodeForm(inputs: .members(atLeast: 2)))
    add("Function Scan,Table Function Scan,Values Scan", NodeForm(inputs: .none, alias: .always))
    // The transition table of a trigger has no alias in auto_explain's plans.
    add("Named Tuplestore Scan", NodeForm(inputs: .none, alias: .optional))
    add("CTE Scan,WorkTable Scan", NodeForm(inputs: .none, alias: .always, keys: ["CTE Name"]))
    add("Subquery Scan", NodeForm(inputs: .subquery, alias: .always))
    add("Foreign Scan", NodeForm(inputs: .optionalOuter, relation: .optional, alias: .optional))
    add("Custom Scan", NodeForm(inputs: .any, relation: .optional, index: .optional, alias: .optional))
    add("ModifyTable", NodeForm(inputs: .modification, relation: .optional, alias: .optional))
    add("Append,Merge Append", NodeForm(inputs: .members(atLeast: 0)))
    add("Nested Loop,Merge Join,Hash Join", NodeForm(inputs: .outerAndInner, keys: ["Join Type"]))
    add("Recursive Union", NodeForm(inputs: .outerAndInner))
    add("SetOp", NodeForm(inputs: .setOperation, keys: ["Strategy"]))
    add("Aggregate", NodeForm(inputs: .outer, keys: ["Strategy", "Partial Mode"]))
    add("Result", NodeForm(inputs: .optionalOuter))
    add(
      "Sort,Incremental Sort,Limit,Hash,Gather,Gather Merge,Materialize,Memoize,Group,Unique,WindowAgg,LockRows,"
        + "ProjectSet", NodeForm(inputs: .outer))
    return forms
  }()

  private static let bitmaps: Set<String> = ["Bitmap Index Scan", "BitmapAnd", "BitmapOr"]

  // MARK: Judging

  /// The problem with a node; nil if a server can have printed it.
  static func problem(of node: PlanNode, serverMajor: ServerMajor) -> String? {
    if let problem = problemOfSubplans(node) { return problem }
    // The forms that a newer server prints are not known.
    guard serverMajor <= newestMajor else { return nil }
    guard let form = table[node.nodeType] else { return problemOfUnknown(node) }
    return form.problemOfNames(node) ?? form.problemOfInputs(node, serverMajor)
      ?? form.keys.first { node.text($0) == nil }.map { "the \(node.nodeType) has no '\($0)'" }
      ?? PropertyForm.problem(of: node)
  }

  /// Subplans have names, inputs have none, and only the root has no relationship.
  private static func problemOfSubplans(_ node: PlanNode) -> String? {
    var hasInputs = false
    var hasSubPlans = false
    for child in node.children {
      guard let relationship = child.parentRelationship else {
        return "'->' without the relationship to the node above"
      }
      guard child.isSubplan == (child.subplanName != nil) else {
        return child.isSubplan
          ? "the \(relationship) has no 'Subplan Name'" : "'Subplan Name' on a node that is not a subplan"
      }
      // As EXPLAIN prints them: InitPlans, inputs, SubPlans.
      switch relationship {
      case "InitPlan": if hasInputs || hasSubPlans { return "an InitPlan after the inputs" }
      case "SubPlan": hasSubPlans = true
      default:
        if hasSubPlans { return "an input after the SubPlans" }
        hasInputs = true
      }
    }
    return nil
  }

  /// A type that nobody knows is kept as long as it hides no scan and is no other one misspelt.
  private static func problemOfUnknown(_ node: PlanNode) -> String? {
    if node.relationName != nil || node.indexName != nil || node.schema != nil {
      return "unknown node type '\(node.nodeType)', which reads a relation"
    }
    // A line of which a part was lost has what stands below it still.
    if ExplainKey.ofScans.contains(where: { node[$0] != nil })
      || node.inputs.contains(where: { bitmaps.contains($0.nodeType) })
    {
      return "unknown node type '\(node.nodeType)' with what only scans have"
    }
    return table.keys.sorted().first { isOneEdit($0, node.nodeType) }
      .map { "unknown node type '\(node.nodeType)', did you mean '\($0)'?" }
  }

  private func problemOfNames(_ node: PlanNode) -> String? {
    func problem(_ presence: Presence, _ value: String?, _ what: String) -> String? {
      switch presence {
      case .always where value == nil: "the \(node.nodeType) has no \(what)"
      case .never where value != nil: "\(node.nodeType) with \(what == "relation" ? "a" : "an") \(what)"
      default: nil
      }
    }
    if let problem = problem(relation, node.relationName, "relation") ?? problem(index, node.indexName, "index")
      ?? problem(alias, node.alias, "alias")
    {
      return problem
    }
    // A function has a schema too.
    return node.relationName != nil && node.schema == nil ? "the relation has no schema" : nil
  }

  private func problemOfInputs(_ node: PlanNode, _ serverMajor: ServerMajor) -> String? {
    let inputs = node.inputs
    let words = inputs.compactMap(\.parentRelationship)
    func isMembers(atLeast least: Int) -> Bool { words.allSatisfy { $0 == "Member" } && words.count >= least }
    let isWhole =
      switch self.inputs {
      case .none: words.isEmpty
      case .outer: words == ["Outer"]
      case .optionalOuter: words.isEmpty || words == ["Outer"]
      case .outerAndInner: words == ["Outer", "Inner"]
      case .setOperation: words == (serverMajor < 18 ? ["Outer"] : ["Outer", "Inner"])
      case .subquery: words == ["Subquery"]
      case .members(let least):
        isMembers(atLeast: least) && (!words.isEmpty || node.number("Subplans Removed") ?? 0 > 0)
      case .modification: words == ["Outer"] || serverMajor < 14 && isMembers(atLeast: 1)
      case .any: true
      }
    guard isWhole else {
      return words.isEmpty
        ? "the \(node.nodeType) has no input"
        : "a \(node.nodeType) with the inputs \(words.prefix(5).joined(separator: ", "))"
    }
    let isBitmap = node.nodeType == "Bitmap Heap Scan" || NodeForm.bitmaps.contains(node.nodeType)
    for input in inputs where isBitmap != NodeForm.bitmaps.contains(input.nodeType) {
      return "a \(input.nodeType) below a \(node.nodeType)"
    }
    if node.nodeType == "Hash Join", inputs.last?.nodeType != "Hash" { return "a Hash Join without its Hash" }
    return nil
  }

  /// Whether one letter put in, left out or exchanged makes one word of the other.
  private static func isOneEdit(_ word: String, _ other: String) -> Bool {
    let (a, b) = (Array(word.utf8), Array(other.utf8))
    guard abs(a.count - b.count) <= 1 else { return false }
    let head = zip(a, b).prefix { $0 == $1 }.count
    let tail = zip(a.dropFirst(head).reversed(), b.dropFirst(head).reversed()).prefix { $0 == $1 }.count
    return max(a.count, b.count) - head - tail <= 1
  }
}
