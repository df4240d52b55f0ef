import Foundation
import JSON
import PlanCore
import Testing

@Suite struct `The golden corpus` {
  @Test(arguments: GoldenCorpus.majors)
  func `has an answer for every statement that the server accepts`(major: ServerMajor) throws {
    let statements = GoldenCorpus.names(in: "statements", ending: ".sql").filter { name in
      let lines = GoldenCorpus.text(of: "statements/\(name).sql").split(separator: "\n")
      let since = lines.first { $0.hasPrefix("-- since: ") }.flatMap { Int($0.dropFirst("-- since: ".count)) } ?? 0
      return since <= major.number
    }
    try #require(statements.count >= 140)
    #expect(GoldenCorpus.answers.filter { $0.major == major }.map(\.name) == statements)
  }

  @Test(arguments: GoldenCorpus.answers.filter { !GoldenCorpus.withoutPlan.contains($0.name) })
  func `is read whole`(answer: GoldenAnswer) throws {
    let plan = try answer.plan.get()
    // Counted in the text, without the parser under test.
    var count = 0
    plan.root.forEachNode { node, path in
      count += 1
      #expect(plan.root[path] == node)
    }
    #expect(count == answer.text.components(separatedBy: "\"Node Type\": ").count - 1)
  }

  @Test(
    arguments: [
      ("rule-also", "a rule turns the statement into 2 statements; list them one by one"),
      ("rule-nothing", "the server has no plan for it: a rule replaces the statement by nothing"),
      ("utility-create-table-as", "the server has no plan for it: CREATE TABLE AS"),
      ("utility-refresh", "the server has no plan for it: Utility Statement"),
    ], GoldenCorpus.majors)
  func `says why a statement has no plan`(statement: (name: String, message: String), major: ServerMajor) throws {
    let error = #expect(throws: ExplainError.self) { try GoldenCorpus.plan(statement.name, major) }
    #expect(error?.description == statement.message)
  }

  @Test func `needs the repair only for MERGE on partitions and child tables`() {
    let repaired = GoldenCorpus.plans.filter { (try? $0.plan.get().isRepaired) == true }.map(\.testDescription)
    #expect(
      repaired == GoldenCorpus.majors.flatMap { ["\($0)/merge-inheritance", "\($0)/merge-partitioned"] })
  }

  @Test(arguments: GoldenCorpus.majors)
  func `gives the counters of a repaired MERGE to its node`(major: ServerMajor) throws {
    let root = try GoldenCorpus.plan("merge-partitioned", major).root
    #expect(root.nodeType == "ModifyTable")
    guard case .array(let targets)? = root["Target Tables"] else { throw MissingGolden(file: "Target Tables") }
    #expect(targets.allSatisfy { $0["Relation Name"] != nil })
    for counter in ["Tuples Inserted", "Tuples Updated", "Tuples Deleted", "Tuples Skipped"] {
      #expect(root.number(counter) != nil, "\(counter)")
    }
  }

  @Test(arguments: GoldenCorpus.majors)
  func `has estimates beyond 64 bits`(major: ServerMajor) throws {
    var largest = 0.0
    try GoldenCorpus.plan("rows-beyond-64-bits", major).root.forEachNode { node, _ in
      largest = max(largest, node.planRows)
    }
    #expect(largest > Double(UInt64.max))
  }

  @Test(arguments: GoldenCorpus.plans)
  func `survives being written as a baseline and read again`(answer: GoldenAnswer) throws {
    let capture = try GoldenCorpus.capture(of: answer)
    let text = BaselineFile.text(capture)
    let read = try BaselineFile.capture(parsing: text)
    #expect(read == capture)
    #expect(Array(BaselineFile.text(read).utf8) == Array(text.utf8))
    #expect(!text.contains("\t") && !text.contains("\r") && text.hasSuffix("\n"))
  }

  @Test(arguments: GoldenCorpus.plans)
  func `is judged the same before and after being written`(answer: GoldenAnswer) throws {
    let plan = try answer.plan.get()
    let raw = plan.rowEstimates(serverMajor: answer.major, isGeneric: answer.isGeneric)
    let kept = plan.canonical.rowEstimates(serverMajor: answer.major, isGeneric: answer.isGeneric)
    #expect(raw == kept)
    #expect(plan.canonical.canonical == plan.canonical)
    #expect(plan.canonical.shape(facts: CatalogFacts()) == plan.shape(facts: CatalogFacts()))
  }

  @Test(arguments: GoldenCorpus.plans)
  func `does not differ from itself`(answer: GoldenAnswer) throws {
    let capture = try GoldenCorpus.capture(of: answer)
    let observation = Observation(capture.cases[0], facts: capture.facts, serverMajor: answer.major)
    let comparison = CaseComparison(baseline: observation, current: observation)
    #expect(comparison.matching.pairs.count == observation.scans.count)
    #expect(comparison.matching.pairs.allSatisfy { $0.baseline.path == $0.current.path })
    #expect(comparison.differences.isEmpty && comparison.causes.isEmpty)
    #expect(capture.cases[0].isSubstantiallyEqual(to: capture.cases[0]))
    let judgement = judge(comparison, policy: policy)
    #expect(judgement.verdict == .passed && judgement.findings.isEmpty)
  }
}

extension GoldenCorpus {
  /// The answer as a baseline would hold it, with invented facts for each of its relations.
  static func capture(of answer: GoldenAnswer) throws -> QueryCapture {
    let plan = try answer.plan.get()
    var relations: [RelationName: RelationFacts] = [:]
    for scan in plan.scans(facts: CatalogFacts()) {
      var facts = relations[scan.relation] ?? RelationFacts(rows: 1000, pages: 10)
      for name in scan.indexNames where facts.index(named: name) == nil {
        facts.indexes.append(IndexFacts(name: name, definition: "btree (\"\(name)\") WHERE (note = 'a -> b'::text)"))
      }
      facts.indexes.sort { $0.name < $1.name }
      relations[scan.relation] = facts
    }
    return QueryCapture(
      query: answer.name, serverMajor: answer.major, facts: CatalogFacts(relations: relations),
      cases: [
        CapturedCase(
          name: answer.isGeneric ? "generic" : nil, isGeneric: answer.isGeneric,
          sqlFingerprint: fingerprint(answer.text),
          parametersFingerprint: fingerprint(""), plan: plan)
      ])
  }
}
