import OperatingSystem
import PlanCore
import Reporting

/// `plangate explain NAME[@CASE]`.
struct ExplainRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    let parts = (options.names.first ?? "").split(separator: "@", maxSplits: 1).map(String.init)
    let wanted = parts.count == 2 ? parts[1] : nil
    let run = try GateRun(options, console: console, environment: environment, names: parts.prefix(1).map { $0 })
    let names = run.selected.flatMap { $0.cases.compactMap(\.name) }
    if let wanted, !names.contains(wanted) {
      throw Diagnostic(
        "\(parts[0]) has no case '\(wanted)'\(suggestion(for: wanted, among: names))"
          + (names.isEmpty ? "" : "\nits cases are \(names.joined(separator: ", "))"), file: options.manifest)
    }
    return try run.withWarmCapture(filter: { wanted == nil || $0.name == wanted }) { (capture) throws(Diagnostic) in
      try checkInterruption()
      return show(capture)
    }
  }

  private func show(_ capture: Capture) -> ExitStatus {
    var status = ExitStatus.passed
    for item in capture.items {
      for (queryCase, timed) in item.cases {
        let title = item.query.name(of: queryCase)
        switch timed.answer {
        case .plans(let plans): show(plans.plan, title)
        case .timedOut(let plans, let message):
          console.print("\(title): \(message.visible)")
          show(plans.plan, title)
        case .writes: status = .unchecked
        case .unchecked(let reason):
          console.print("\(title): \(reason.visibleText)")
          status = .unchecked
        }
      }
    }
    return status
  }

  private func show(_ plan: Plan, _ title: String) {
    for line in PlanTree.lines(plan.canonical, conditions: .all, title: title, style: console.style) {
      console.print(line)
    }
  }
}
