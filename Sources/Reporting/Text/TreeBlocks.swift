import PlanCore

/// A plan divided into blocks: a node with its details, or a remark.
struct TreeBlocks {
  struct Block {
    enum Content {
      /// A node; `isFull` allows it several lines.
      case node(NodeText, NodeFigures, isFull: Bool)
      case remark(String)
    }

    /// The path of the node, or of the last node that a remark stands for; nil for a remark outside the tree.
    let path: NodePath?
    let depth: Int
    let isMarked: Bool
    /// Whether its estimate is off by enough to colour the figures.
    let isMisestimated: Bool
    let content: Content
    let details: [String]
  }

  let plan: Plan
  let mark: PlanTree.Mark
  let title: String
  private(set) var blocks: [Block] = []
  private let marked: Set<NodePath>
  /// The marked nodes and all their ancestors.
  private let markedTrees: Set<NodePath>
  private let qErrors: [NodePath: Double]

  /// The largest plan that fits a screen with all its conditions, in nodes.
  private static let smallPlan = 8
  /// The number of members of an Append that are shown if none of them matters.
  private static let shownMembers = 3
  /// The q-error from which figures are coloured: the default threshold of the rule row-estimate.
  private static let muchOff = 10.0

  init(
    plan: Plan, marked: Set<NodePath>, mark: PlanTree.Mark, estimates: [RowEstimate], conditions: PlanTree.Conditions,
    title: String
  ) {
    (self.plan, self.marked, self.mark, self.title) = (plan, marked, mark, title)
    markedTrees = Set(marked.flatMap { path in (0...path.count).map { Array(path.prefix($0)) } })
    let judged = estimates.filter { $0.rowCount != .notJudged }
    qErrors = Dictionary(judged.map { ($0.path, $0.qError.value) }, uniquingKeysWith: { first, _ in first })
    var count = 0
    plan.root.forEachNode { _, _ in count += 1 }
    let showsAll = conditions == .all || conditions == .automatic && count <= TreeBlocks.smallPlan
    add(plan.root, at: [], showsConditions: showsAll, showsMembers: conditions == .all)
    guard showsAll else { return }
    for trigger in plan.triggers {
      let on = trigger.relation.isEmpty ? "" : " on \(trigger.relation)"
      addRemark("Trigger \(trigger.name)\(on): \(Figures.grouped(trigger.calls)) calls".visible, at: nil, depth: 0)
    }
  }

  private mutating func addRemark(_ text: String, at path: NodePath?, depth: Int) {
    blocks.append(
      Block(path: path, depth: depth, isMarked: false, isMisestimated: false, content: .remark(text), details: []))
  }

  private mutating func add(_ node: PlanNode, at path: NodePath, showsConditions: Bool, showsMembers: Bool) {
    let isMarked = marked.contains(path)
    let isFull = isMarked || showsConditions
    let qError = qErrors[path]
    blocks.append(
      Block(
        path: path, depth: path.count, isMarked: isMarked, isMisestimated: (qError ?? 1) > TreeBlocks.muchOff,
        content: .node(NodeText(node), NodeFigures(node, qError: qError), isFull: isFull),
        details: isFull ? node.detailLines : []))
    let isHomogeneous = ["Append", "Merge Append", "BitmapOr", "BitmapAnd"].contains(node.nodeType)
    var dull: [Int] = []
    if isHomogeneous, !showsMembers {
      dull = node.children.indices.filter { index in
        !node.children[index].isSubplan && !markedTrees.contains(path + [index])
      }
    }
    // Omitting a single one would save nothing.
    let omitted = dull.count > TreeBlocks.shownMembers + 1 ? Array(dull.dropFirst(TreeBlocks.shownMembers)) : []
    let isOmitted = Set(omitted)
    for (index, child) in node.children.enumerated() {
      if !isOmitted.contains(index) {
        add(child, at: path + [index], showsConditions: showsConditions, showsMembers: showsMembers)
      } else if index == omitted.last {
        addRemark("… \(omitted.count) more", at: path + [index], depth: path.count + 1)
      }
    }
  }
}
