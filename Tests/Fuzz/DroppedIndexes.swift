import JSON
import PlanCore

/// The cases of a baseline after one of their indexes was dropped: a Seq Scan reads the relation instead.
struct DroppedIndexes {
  private struct State {
    let index: String
    let observation: Observation
    let isIndexable: Bool
  }

  private let states: [State]

  /// Collects the losses that the undamaged baseline detects.
  init(_ capture: QueryCapture) {
    var states: [State] = []
    for item in capture.cases {
      for index in Set(item.plan.root.indexNames).sorted() {
        var current = item
        current.plan.root = item.plan.root.without(index)
        if let plan = item.planWithoutSeqScans { current.planWithoutSeqScans = Plan(root: plan.root.without(index)) }
        var facts = capture.facts
        for name in facts.relations.keys { facts.relations[name]?.indexes.removeAll { $0.name == index } }
        let state = State(
          index: index, observation: Observation(current, facts: facts, serverMajor: capture.serverMajor),
          isIndexable: item.planWithoutSeqScans != nil)
        if DroppedIndexes.verdict(on: state, against: capture) == .regressed { states.append(state) }
      }
    }
    self.states = states
  }

  var isEmpty: Bool { states.isEmpty }

  /// The first loss that passes when it is compared with the reading of the damaged baseline.
  func pass(against baseline: QueryCapture) -> String? {
    for state in states {
      switch DroppedIndexes.verdict(on: state, against: baseline) {
      case .regressed, .new, .unchecked: continue
      case .passed, .changed, .improved:
        let name = state.observation.captured.name.map { " of the case \($0)" } ?? ""
        return "the loss of \(state.index)\(name) passes"
      }
    }
    return nil
  }

  private static func verdict(on state: State, against baseline: QueryCapture) -> Verdict {
    let before = baseline.capturedCase(named: state.observation.captured.name).map {
      Observation($0, facts: baseline.facts, serverMajor: baseline.serverMajor)
    }
    var rules: [String: RuleSettings] = [:]
    if state.isIndexable, let rule = Rule.all.first(where: { $0.id == "seq-scan" }) {
      var settings = RuleSettings(rule)
      settings.values["require"] = .word("indexable")
      rules[rule.id] = settings
    }
    let comparison = CaseComparison(baseline: before, current: state.observation)
    return judge(comparison, policy: CasePolicy(rules: rules, today: "2026-11-21")).verdict
  }
}

extension PlanNode {
  fileprivate var indexNames: [String] { (indexName.map { [$0] } ?? []) + children.flatMap(\.indexNames) }

  /// The plan with a Seq Scan in place of each scan that uses an index.
  fileprivate func without(_ index: String) -> PlanNode {
    var node = self
    if relationName != nil, indexNames.contains(index), nodeType != "ModifyTable" {
      node.nodeType = "Seq Scan"
      node.indexName = nil
      node.properties = [JSONMember("Filter", self["Index Cond"] ?? self["Recheck Cond"] ?? .string("(a = 1)"))]
      node.children = children.filter(\.isSubplan)
      node.buffers = (buffers ?? 0) + 100
      return node
    }
    node.children = children.map { $0.without(index) }
    return node
  }
}
