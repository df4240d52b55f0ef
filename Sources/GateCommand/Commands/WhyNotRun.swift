import PlanCore
import Reporting

/// `plangate why-not TABLE`.
struct WhyNotRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  /// A case that reads the table.
  private struct Reading {
    let id: CaseID
    let observation: Observation
    let scans: [Scan]

    var wholeScans: [Scan] { scans.filter { $0.access == .seqScan } }
  }

  func run() throws(Diagnostic) -> ExitStatus {
    let run = try GateRun(options, console: console, environment: environment, names: [])
    return try run.withCapture { (capture, database) throws(Diagnostic) in
      let facts = try database.catalog.facts
      let table = try table(named: options.names.first ?? "", facts)
      var status = ExitStatus.passed
      let queries = run.selected.compactMap { capture[$0.name] }
      for query in queries {
        for answer in query.answers {
          guard case .unchecked(let reason) = answer.result else { continue }
          status = .unchecked
          console.print("\(CaseID(query.query, answer.name)): \(reason.visibleText)")
        }
      }
      let readings = readings(of: table, in: queries)
      let whole = readings.filter { !$0.wholeScans.isEmpty }
      let tried = FixTrial(run.selected, in: database).tried(whole.map(outcome))
      console.print(heading(table, facts, readings, whole))
      for (reading, outcome) in zip(whole, tried) { show(reading, outcome.fixes) }
      let others = readings.filter(\.wholeScans.isEmpty)
      if !others.isEmpty { console.say("") }
      for reading in others {
        let ways = Set(reading.scans.map(\.accessDescription)).sorted().joined(separator: ", ")
        console.say("\(reading.id.description.visible): \(ways.visible)")
      }
      return status
    }
  }

  // MARK: The table

  private func table(named name: String, _ facts: CatalogFacts) throws(Diagnostic) -> RelationName {
    let found = facts.relations.keys.filter { $0.description == name || $0.name == name }.sorted()
    if let one = found.first, found.count == 1 { return one }
    if found.count > 1 {
      let names = found.map(\.description).joined(separator: ", ")
      throw Diagnostic("several tables are called '\(name)': \(names)")
    }
    let names = facts.relations.keys.flatMap { [$0.name, $0.description] }
    throw Diagnostic("the seeded database has no table '\(name)'\(suggestion(for: name, among: names))")
  }

  private func readings(of table: RelationName, in queries: [QueryCapture]) -> [Reading] {
    queries.flatMap { query in
      query.cases.compactMap { item in
        let observation = Observation(item, of: query)
        let scans = observation.scans.filter {
          ($0.relation == table || $0.identity.root == table) && !$0.node.isNeverExecuted
        }
        return scans.isEmpty
          ? nil : Reading(id: CaseID(query.query, item.name), observation: observation, scans: scans)
      }
    }
  }

  /// The case with what might help it, to be tried.
  private func outcome(of reading: Reading) -> CaseOutcome {
    var outcome = CaseOutcome(query: reading.id.query, caseName: reading.id.name, verdict: .passed)
    outcome.comparison = CaseComparison(baseline: nil, current: reading.observation)
    for scan in reading.wholeScans {
      for fix in reading.observation.indexCandidates(for: scan) where !outcome.fixes.contains(fix) {
        outcome.fixes.append(fix)
      }
    }
    return outcome
  }

  // MARK: Showing

  private func heading(
    _ table: RelationName, _ facts: CatalogFacts, _ readings: [Reading], _ whole: [Reading]
  ) -> String {
    var parts = ["\(table)".visible]
    if let relation = facts[table] {
      parts[0] += ": \(Figures.grouped(max(0, relation.rows))) \(relation.rows == 1 ? "row" : "rows")"
      parts.append("\(relation.indexes.count) \(relation.indexes.count == 1 ? "index" : "indexes")")
    }
    let cases = readings.count == 1 ? "1 case reads it" : "\(readings.count) cases read it"
    return parts.joined(separator: ", ") + "; \(cases), \(whole.count) of them by a sequential scan"
  }

  private func show(_ reading: Reading, _ fixes: [Fix]) {
    console.print("")
    console.print(reading.id.description.visible)
    for scan in reading.wholeScans {
      let condition = scan.node.text("Filter").map { ", filter \($0)" } ?? ""
      console.print("  \(scan.accessDescription) on \(scan.identity.description)\(condition)".visible)
      console.print("    \(verdict(on: scan, of: reading.observation).visible)")
    }
    for fix in fixes {
      if let heading = fix.heading { console.print("  \(heading.visible)") }
      for line in fix.lines { console.print("  \(fix.heading == nil ? "" : "  ")\(line.visible)") }
    }
    let captured = reading.observation.captured
    show(captured.plan, "as it is")
    if let alternative = captured.planWithoutSeqScans { show(alternative, "without Seq Scans") }
  }

  private func verdict(on scan: Scan, of observation: Observation) -> String {
    if let verdict = observation.indexVerdict(of: scan) { return verdict.description }
    return scan.node.text("Filter") == nil
      ? "it asks for all rows: there is no condition that an index could serve"
      : "the server was not asked for another plan"
  }

  private func show(_ plan: Plan, _ title: String) {
    console.say("")
    for line in PlanTree.lines(plan, conditions: .all, title: title, indent: 2, style: console.style) {
      console.say(line)
    }
  }
}
