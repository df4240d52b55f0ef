import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres
import Reporting

/// The command `plangate merge`, which combines the reports of a check's shards into one.
struct MergeRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    try checkReportsStay()
    let files = ReportFiles(options)
    let empty = RunOutcome(manifest: options.manifest)
      .renamingFiles(RepositoryPaths(environment: environment).name(of:))
    files.start(empty)
    return try Interruption.shared.endingInTime(
      { signal in
        files.takeOver(empty.ended(by: signal))
        Program.reportEnd(by: signal, ofServer: false)
      }
    ) { () throws(Diagnostic) in
      var reports: [ReportedOutcome] = []
      var problems: [Diagnostic] = []
      for path in options.names {
        do throws(Diagnostic) { reports.append(ReportedOutcome(file: path, outcome: try outcome(path))) } catch {
          problems.append(Diagnostic(error.message, file: path))
        }
      }
      if let signal = Interruption.shared.signal {
        try files.finish(empty.ended(by: signal))
        try checkInterruption()
      }
      if reports.isEmpty, var error = problems.first {
        error.others = Array(problems.dropFirst())
        var ended = empty
        ended.error = error.description
        try files.finish(ended)
        GitHubStep(environment: environment)?.publish(ended, console: console)
        throw error
      }
      let outcome = OutcomeMerge.outcome(
        of: reports, problems: problems.map { "\($0.file ?? ""): \($0.message)" }, orElse: empty)
      // File names are already those that the runs gave them.
      try files.finish(outcome, published: outcome, console: console, environment: environment)
      return outcome.exitStatus
    }
  }

  private func outcome(_ path: String) throws(Diagnostic) -> RunOutcome {
    guard let text = String(validating: try readFile(path, "the report"), as: UTF8.self) else {
      throw Diagnostic("the report is not UTF-8", file: path)
    }
    do { return try RunOutcome(jsonReport: text) } catch {
      throw Diagnostic(
        "cannot read the report: \(error.message)" + (error.isNewerFormat ? "; upgrade plangate" : ""), file: path)
    }
  }

  /// Rejects an output that is also an input, as in `plangate merge --json all.json *.json`.
  private func checkReportsStay() throws(Diagnostic) {
    func realPath(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
    let inputs = Set(options.names.map(realPath))
    for path in options.reportFiles.map(\.path) where path != "-" && inputs.contains(realPath(path)) {
      throw Diagnostic("\(path) is both an input and an output; write the result to another file")
    }
  }
}
