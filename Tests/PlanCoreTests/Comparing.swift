import JSON
import PlanCore

/// The facts of relations in `public`, by name.
func facts(_ relations: [String: RelationFacts]) -> CatalogFacts {
  CatalogFacts(
    relations: Dictionary(
      uniqueKeysWithValues: relations.map { (RelationName(schema: "public", name: $0.key), $0.value) }))
}

/// A relation with the indexes given as name and definition.
func table(
  rows: Double = 10_000, pages: Double = 100, partitionOf root: String? = nil, _ indexes: [String: String] = [:]
) -> RelationFacts {
  RelationFacts(
    root: root.map { RelationName(schema: "public", name: $0) }, rows: rows, pages: pages,
    indexes: indexes.sorted { $0.key < $1.key }.map { IndexFacts(name: $0.key, definition: $0.value) })
}

/// One state of a case.
struct State {
  var node: ExplainNode
  var facts = CatalogFacts()
  var major: ServerMajor = 15
  var isGeneric = false
  var sql = "sql"
  var parameters = "parameters"
  var settings: [String: String] = [:]

  init(_ node: ExplainNode, _ facts: CatalogFacts = CatalogFacts(), major: ServerMajor = 15, isGeneric: Bool = false) {
    self.node = node
    self.facts = facts
    self.major = major
    self.isGeneric = isGeneric
  }

  func captured() throws -> CapturedCase {
    let members = settings.map { JSONMember($0.key, .string($0.value)) }
    return CapturedCase(
      name: nil, isGeneric: isGeneric, sqlFingerprint: fingerprint(sql),
      parametersFingerprint: fingerprint(parameters), plan: try node.plan(settings: members))
  }

  func observation() throws -> Observation { Observation(try captured(), facts: facts, serverMajor: major) }
}

func compare(_ before: State?, _ now: State) throws -> CaseComparison {
  CaseComparison(baseline: try before?.observation(), current: try now.observation())
}

func compare(_ before: ExplainNode, _ now: ExplainNode, _ facts: CatalogFacts = CatalogFacts()) throws -> CaseComparison
{
  try compare(State(before, facts), State(now, facts))
}

/// The findings of one rule, with its default settings except for the given ones.
func findings(
  _ rule: String, _ comparison: CaseComparison, _ values: [String: Rule.Parameter.Value] = [:]
) -> [Finding] {
  guard let rule = Rule.all.first(where: { $0.id == rule }) else {
    return [Finding(rule: rule, severity: .fail, message: "no such rule")]
  }
  var settings = RuleSettings(rule)
  settings.values.merge(values) { $1 }
  return rule.findings(in: comparison, settings)
}

/// The default settings of the rules on scans and estimates, on an arbitrary day.
///
/// All other rules are off, so that they do not affect a test of these.
let policy: CasePolicy = policy()

func policy(
  _ changed: [String: RuleSettings] = [:], waivers: [Waiver] = [], today: Day = "2026-06-15"
) -> CasePolicy {
  let judged = ["seq-scan", "row-estimate", "new-seq-scan"]
  let others = Rule.all.map(\.id).filter { !judged.contains($0) }
  let off = Dictionary(uniqueKeysWithValues: others.map { ($0, RuleSettings(severity: .off)) })
  return CasePolicy(rules: off.merging(changed) { $1 }, waivers: waivers, today: today)
}

/// Numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
