import Foundation
import JSON
import PlanCore
import Testing

/// When an index is dropped and its baseline was damaged, either the damage or the index is reported.
@Suite struct `A damaged baseline beside a dropped index` {
  @Test(arguments: Baselines.names)
  func `is never a pass`(name: String) throws {
    let text = try Baselines.text(name)
    let trial = try DroppedIndexes(BaselineFile.capture(parsing: text))
    var random = SeededGenerator(seed: UInt64(text.utf8.count))
    for damage in Damage.all(of: text, bytes: 30, lines: 40, using: &random) {
      try trial.expectNoPass(damage)
    }
  }

  @Test(arguments: GoldenCorpus.plans)
  func `of any kind of plan is never a pass`(answer: GoldenAnswer) throws {
    let capture = try GoldenCorpus.capture(of: answer)
    let text = BaselineFile.text(capture)
    let trial = try DroppedIndexes(capture)
    var random = SeededGenerator(seed: UInt64(text.utf8.count))
    for damage in Damage.all(of: text, bytes: 6, lines: 10, using: &random) {
      try trial.expectNoPass(damage)
    }
  }

  @Test func `is tested with many indexes`() throws {
    let trials = try Baselines.names.map { try DroppedIndexes(BaselineFile.capture(parsing: Baselines.text($0))) }
    #expect(trials.map(\.count).reduce(0, +) >= 40)
  }
}

/// A text that was changed in one position.
private struct Damage {
  let name: String
  let text: String

  /// All single changes: bytes changed, removed or inserted, line feeds replaced, and lines lost, duplicated or
  /// swapped.
  static func all(
    of text: String, bytes: Int, lines: Int, using random: inout SeededGenerator
  ) -> [Damage] {
    let original = Array(text.utf8)
    let alphabet = Array(" \n\"\\:.()[]{}=<>-,0159aQ!_".utf8)
    var damages: [Damage] = []
    func add(_ name: String, _ bytes: [UInt8]) {
      if bytes != original { damages.append(Damage(name: name, text: String(decoding: bytes, as: UTF8.self))) }
    }
    for _ in 0..<bytes {
      let position = Int.random(in: 0..<original.count, using: &random)
      let byte = alphabet.randomElement(using: &random) ?? 0
      var copy = original
      copy[position] = byte
      add("byte \(position) is \(byte)", copy)
      copy = original
      copy[position] ^= UInt8(1 << Int.random(in: 0..<7, using: &random))
      add("a bit of byte \(position)", copy)
      copy = original
      copy.remove(at: position)
      add("without byte \(position)", copy)
      copy = original
      copy.insert(byte, at: position)
      add("\(byte) before byte \(position)", copy)
    }
    let feeds = original.indices.filter { original[$0] == UInt8(ascii: "\n") }
    for _ in 0..<bytes {
      guard let feed = feeds.randomElement(using: &random) else { break }
      var copy = original
      copy[feed] = alphabet.randomElement(using: &random) ?? 0
      add("the line feed at \(feed) is \(copy[feed])", copy)
      copy.remove(at: feed)
      add("without the line feed at \(feed)", copy)
    }
    let all = text.components(separatedBy: "\n")
    func add(_ name: String, _ lines: [String]) { add(name, Array(lines.joined(separator: "\n").utf8)) }
    for _ in 0..<lines {
      let index = Int.random(in: 0..<all.count - 1, using: &random)
      let other = Int.random(in: 0..<all.count - 1, using: &random)
      var copy = all
      copy.remove(at: index)
      add("without line \(index + 1)", copy)
      copy = all
      copy.insert(all[index], at: index)
      add("line \(index + 1) twice", copy)
      copy = all
      copy.swapAt(index, index + 1)
      add("lines \(index + 1) and \(index + 2) swapped", copy)
      copy = all
      copy.swapAt(index, other)
      add("lines \(index + 1) and \(other + 1) swapped", copy)
    }
    return damages
  }
}

/// The same cases after one of their indexes was dropped: a Seq Scan reads the relation instead.
private struct DroppedIndexes {
  private let states: [(index: String, observation: Observation, isIndexable: Bool)]

  /// Only losses that an undamaged baseline detects.
  init(_ capture: QueryCapture) throws {
    var states: [(index: String, observation: Observation, isIndexable: Bool)] = []
    for item in capture.cases {
      for index in Set(item.plan.root.indexNames).sorted() {
        var current = item
        current.plan.root = item.plan.root.without(index)
        if let plan = item.planWithoutSeqScans { current.planWithoutSeqScans = Plan(root: plan.root.without(index)) }
        var facts = capture.facts
        for name in facts.relations.keys { facts.relations[name]?.indexes.removeAll { $0.name == index } }
        let isIndexable = item.planWithoutSeqScans != nil
        let observation = Observation(current, facts: facts, serverMajor: capture.serverMajor)
        if DroppedIndexes.isTold(observation, capture, isIndexable) { states.append((index, observation, isIndexable)) }
      }
    }
    self.states = states
  }

  var count: Int { states.count }

  func expectNoPass(_ damage: Damage) throws {
    let read: QueryCapture
    do throws(BaselineError) { read = try BaselineFile.capture(parsing: damage.text) } catch {
      #expect(error.line >= 1 && !error.message.isEmpty)
      return
    }
    for (index, observation, isIndexable) in states {
      #expect(
        DroppedIndexes.isTold(observation, read, isIndexable),
        "\(damage.name): the loss of \(index) is not told\n\(damage.text)")
    }
  }

  private static func isTold(_ current: Observation, _ baseline: QueryCapture, _ isIndexable: Bool) -> Bool {
    let before = baseline.capturedCase(named: current.captured.name).map {
      Observation($0, facts: baseline.facts, serverMajor: baseline.serverMajor)
    }
    var rules: [String: RuleSettings] = [:]
    if isIndexable {
      for rule in Rule.all where rule.id == "seq-scan" {
        var settings = RuleSettings(rule)
        settings.values["require"] = .word("indexable")
        rules[rule.id] = settings
      }
    }
    let comparison = CaseComparison(baseline: before, current: current)
    let verdict = judge(comparison, policy: CasePolicy(rules: rules, today: "2026-06-15")).verdict
    return verdict == .regressed || verdict == .new || verdict == .unchecked
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
      node.properties = [JSONMember("Filter", self["Index Cond"] ?? self["Recheck Cond"] ?? "(a = 1)")]
      node.children = children.filter(\.isSubplan)
      node.buffers = (buffers ?? 0) + 100
      return node
    }
    node.children = children.map { $0.without(index) }
    return node
  }
}
