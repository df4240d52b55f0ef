import OperatingSystem
import PlanCore
import Reporting

/// `plangate explain NAME[@CASE]`.
struct ExplainRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    if let sql = options.sql { return try explain(sql) }
    let parts = (options.names.first ?? "").split(separator: "@", maxSplits: 1).map(String.init)
    let wanted = parts.count == 2 ? parts[1] : nil
    let run = try GateRun(options, console: console, environment: environment, names: parts.prefix(1).map { $0 })
    let names = run.selected.flatMap { $0.cases.compactMap(\.name) }
    if let wanted, !names.contains(wanted) {
      throw Diagnostic(
        "\(parts[0]) has no case '\(wanted)'\(suggestion(for: wanted, among: names))"
          + (names.isEmpty ? "" : "\nits cases are \(names.joined(separator: ", "))"), file: options.manifest)
    }
    return try run.withCapture(where: { wanted == nil || $0.name == wanted }) { (capture, _) throws(Diagnostic) in
      run.selected.compactMap { capture[$0.name] }.reduce(.passed) { show($1) == .passed ? $0 : .unchecked }
    }
  }

  /// Shows the plan of a statement that the manifest need not have.
  private func explain(_ sql: String) throws(Diagnostic) -> ExitStatus {
    var run = try GateRun(options, console: console, environment: environment, names: [])
    let query = try Query(sql, params: options.params, manifest: run.manifest)
    run.manifest.queries.append(query)
    run.selected = [query]
    return try run.withCapture { (capture, _) throws(Diagnostic) in capture[query.name].map(show) ?? .unchecked }
  }

  private func show(_ capture: QueryCapture) -> ExitStatus {
    var status = ExitStatus.passed
    for answer in capture.answers {
      let id = CaseID(capture.query, answer.name)
      switch answer.result {
      case .plan(let captured): show(captured, id)
      case .timedOut(let captured, let message):
        console.print("\(id): \(message.visible)")
        show(captured, id)
      case .unchecked(let reason):
        console.print("\(id): \(reason.visibleText)")
        status = .unchecked
      }
    }
    return status
  }

  private func show(_ captured: CapturedCase, _ id: CaseID) {
    show(captured.plan, id.description)
    for statement in captured.inner.statements ?? [] {
      let calls = statement.calls == 1 ? "once" : "\(Figures.grouped(statement.calls)) times"
      for (index, plan) in statement.plans.enumerated() {
        if index == 0 {
          console.print("")
          console.print("inside, \(calls), by the \(statement.origin): \(statement.text)".visible)
        }
        show(plan, "  plan \(index + 1)")
      }
    }
    if captured.inner.isCapped { console.print("cut off: it runs more statements inside than are watched") }
  }

  private func show(_ plan: Plan, _ title: String) {
    for line in PlanTree.lines(plan, conditions: .all, title: title, style: console.style) { console.print(line) }
  }
}
