/// Holds the parts of a baseline against each other: plans against the forms of their nodes, and against the facts of
/// the relations that they read.
///
/// Whatever `record` writes passes; a file that does not was damaged.
struct BaselineInspection {
  private let capture: QueryCapture
  private let lines: [OutlineLine]
  /// The relations whose facts some plan gives a reason for.
  private var known: Set<RelationName> = []
  /// The relations of the plan that is being inspected.
  private var aliases: Set<[UInt8]> = []
  /// Tables of other servers have no indexes, whatever their parent has.
  private var foreign: Set<RelationName> = []

  /// - Parameters:
  ///   - lines: those that the capture was read from.
  ///   - text: of the file, with plain line feeds.
  static func inspect(_ capture: QueryCapture, _ lines: [OutlineLine], _ text: String) throws(BaselineError) {
    var inspection = BaselineInspection(capture: capture, lines: lines)
    try inspection.inspectCases()
    try inspectBytes(text, BaselineFile.text(capture))
    try inspection.inspectRelations()
  }

  /// A file is read only if writing it again gives the same bytes: what is read and not kept, or kept in another order,
  /// was damaged.
  ///
  /// The last line feed may be missing, which an editor may have taken away.
  private static func inspectBytes(_ text: String, _ again: String) throws(BaselineError) {
    if text == again, text.utf8.elementsEqual(again.utf8) { return }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
    let whole = again.utf8.split(separator: UInt8(ascii: "\n"))
    guard
      let index = (0..<max(lines.count, whole.count)).first(where: { index in
        index >= lines.count || index >= whole.count || !lines[index].elementsEqual(whole[index])
      })
    else { return }
    let wanted = index < whole.count ? "'\(Substring(whole[index]).trimmed.prefix(100))'" : "nothing"
    throw BaselineError(line: index + 1, message: "expected \(wanted); the line is not as plangate wrote it")
  }

  private init(capture: QueryCapture, lines: [OutlineLine]) { (self.capture, self.lines) = (capture, lines) }

  // MARK: Cases

  private mutating func inspectCases() throws(BaselineError) {
    let cases = lines.filter { $0.text.hasPrefix("case:") }
    for (line, item) in zip(cases, capture.cases) {
      let isCalledGeneric = item.name?.hasSuffix("+generic") ?? false
      guard item.isGeneric == isCalledGeneric || item.name == "generic" else {
        throw BaselineError(
          line: line.number,
          message: isCalledGeneric
            ? "the generic case has no 'plan: generic'" : "'plan: generic' in a case that is not generic")
      }
      for child in line.children {
        if PlanText.isNode(child) { try inspectPlan(item.plan, child) }
        if child.text == "without seq scans:", let plan = item.planWithoutSeqScans, let root = child.children.first {
          try inspectPlan(plan, root)
        }
      }
      let inner = line.children.flatMap(\.children).filter(PlanText.isNode)
      for (plan, line) in zip(item.inner.plans, inner.suffix(item.inner.plans.count)) { try inspectPlan(plan, line) }
    }
  }

  private mutating func inspectPlan(_ plan: Plan, _ line: OutlineLine) throws(BaselineError) {
    guard plan.root.parentRelationship == nil, plan.root.subplanName == nil else {
      throw BaselineError(line: line.number, message: "the root of a plan with a relationship to a node above")
    }
    aliases = []
    try inspect(plan.root, line, heap: nil)
  }

  /// - Parameter heap: the relation of the Bitmap Heap Scan above, which the Bitmap Index Scans do not name.
  private mutating func inspect(_ node: PlanNode, _ line: OutlineLine, heap: RelationName?) throws(BaselineError) {
    if let problem = NodeForm.problem(of: node, serverMajor: capture.serverMajor) ?? problemOfAlias(node)
      ?? problemOfFacts(node, heap: heap)
    {
      throw BaselineError(line: line.number, message: problem)
    }
    let below = node.nodeType == "Bitmap Heap Scan" ? node.relation : heap
    for (child, childLine) in zip(node.children, line.children.lazy.filter(PlanText.isNode)) {
      try inspect(child, childLine, heap: below)
    }
  }

  /// EXPLAIN numbers what would have the same alias.
  ///
  /// Up to PostgreSQL 13 a statement that writes to partitions has a plan for each; a target is named by its scan too,
  /// and what extensions run appears twice.
  private mutating func problemOfAlias(_ node: PlanNode) -> String? {
    guard let alias = node.alias, capture.serverMajor >= 14,
      !["ModifyTable", "Foreign Scan", "Custom Scan"].contains(node.nodeType),
      !aliases.insert(Array(alias.utf8)).inserted
    else { return nil }
    return "the alias \(alias) appears twice"
  }

  private mutating func problemOfFacts(_ node: PlanNode, heap: RelationName?) -> String? {
    if let relation = node.relation {
      if node.nodeType == "Foreign Scan" { foreign.insert(relation) }
      let facts = capture.facts[relation]
      known.insert(relation)
      if let root = facts?.root { known.insert(root) }
      // Those of a target are not kept, and a view can be one.
      if facts == nil, node.nodeType != "ModifyTable", !relation.isOfTheSystem, !node.mayReadSequence {
        return "this node reads \(relation), which has no 'relation' line"
      }
    }
    guard let index = node.indexName, node.nodeType != "Custom Scan", let relation = node.relation ?? heap,
      let facts = capture.facts[relation], facts.index(named: index) == nil
    else { return nil }
    return "\(relation) has no index \(index) in this file"
  }

  // MARK: Relations

  private func inspectRelations() throws(BaselineError) {
    var numbers: [RelationName: Int] = [:]
    for (name, line) in zip(
      capture.facts.relations.keys.sorted(), lines.filter { $0.text.hasPrefix(BaselineRelation.prefix) })
    {
      numbers[name] = line.number
    }
    for (name, facts) in capture.facts.relations.sorted(by: { $0.key < $1.key }) {
      if let problem = problem(of: name, facts) {
        throw BaselineError(line: numbers[name] ?? 1, message: problem)
      }
    }
  }

  private func problem(of name: RelationName, _ facts: RelationFacts) -> String? {
    let isOnlyNamed = capture.facts.named.contains(name)
    if isOnlyNamed, known.contains(name) { return "a plan reads \(name)" }
    let known = known.union(capture.facts.named)
    // The children of an inheritance parent come along with it; they have columns of their own, and partitions have
    // not.
    guard known.contains(name) || !facts.columns.isEmpty && facts.root.map(known.contains) ?? false else {
      return "no plan reads \(name)"
    }
    if facts.rows < 0 || facts.pages < 0 { return "\(name) has a negative size" }
    guard let root = facts.root else { return nil }
    guard let parent = capture.facts[root] else { return "\(root), the parent of \(name), has no 'relation' line" }
    guard facts.columns.isEmpty, !parent.columns.isEmpty, !foreign.contains(name) else { return nil }
    let own = Set(facts.indexes.map { $0.definition.withoutStorage })
    // An index of a partitioned table is valid when all its partitions have it.
    return parent.indexes.first { !own.contains($0.definition.withoutStorage) }
      .map { "the partition \(name) has no index like \($0.name) of \(root)" }
  }
}

extension RelationName {
  /// Catalogs, their TOAST tables and temporary tables, of which no facts are read.
  fileprivate var isOfTheSystem: Bool { schema.hasPrefix("pg_") || schema == "information_schema" }
}

extension PlanNode {
  /// A sequence is read as a table of one row, and has no facts.
  fileprivate var mayReadSequence: Bool { nodeType == "Seq Scan" && planRows == 1 }
}

extension String {
  /// A definition of an index without its storage parameters: each partition may have its own.
  fileprivate var withoutStorage: String {
    guard let parts = self[...].parts(at: ") WITH ("), let rest = parts.after.parts(at: ")") else { return self }
    return parts.before + ")" + rest.after
  }
}

extension Substring {
  /// Without the indentation.
  fileprivate var trimmed: Substring { Substring(utf8.drop { $0 == UInt8(ascii: " ") }) }
}
