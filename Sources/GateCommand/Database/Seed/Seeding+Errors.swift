import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres
import Reporting

/// What steps printed, and the errors made from it.
extension Seeding {
  /// The output of a step, in which the file that psql read has the name of the manifest's file.
  func printed(
    _ output: String, file: String = "", as name: String = "", isInput: Bool = false
  ) -> String {
    let bytes = FileManager.default.contents(atPath: output) ?? Data()
    let text = server.visible(String(decoding: bytes, as: UTF8.self))
    let prefix = "psql:\(isInput ? "<stdin>" : file):"
    if prefix == "psql:\(name):" { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix(prefix) ? "psql:\(name):" + line.dropFirst(prefix.count) : String(line)
    }.joined(separator: "\n")
  }

  func advice(_ opener: SeedOpener) -> SeedAdvice {
    SeedAdvice(
      manifest: manifest, server: server, opener: opener,
      pgRestore: try? server.client("pg_restore", environment: environment))
  }

  func hint(_ step: SeedStep, _ printed: String, _ rights: StepRights) -> String {
    let limit = ProcessLimit.hint(in: printed)
    return limit.isEmpty ? rights.hint(for: step, output: printed) : limit
  }

  func failure(_ step: SeedStep, _ exit: ChildExit, _ output: String, _ hint: String) -> Diagnostic {
    Diagnostic(
      "the seed step '\(step.description)' failed (\(exit)); its output ends:\n\(server.visible(tail(of: output)))\(hint)"
    )
  }

  /// The error of a failed script.
  ///
  /// Its position is the file and line that psql names: `psql:/project/seed/01.sql:12: ERROR:  …`.
  func failure(
    ofScript path: String, _ step: SeedStep, _ exit: ChildExit, _ output: String, _ printed: String, _ hint: String
  ) -> Diagnostic {
    let prefix = "psql:\(absolutePath(path)):"
    let lines = printed.split(separator: "\n").map(String.init)
    if watch != nil, let other = GivenServerWatch.strayedTo(lines) {
      return Diagnostic(
        "the seed ends in the database '\(other)', which is not plangate's\nremove the statement that connects to it",
        file: path)
    }
    guard let index = lines.lastIndex(where: { $0.hasPrefix(prefix) && $0.contains(": ERROR:") }) else {
      return Diagnostic(
        "\(step.subject) failed (psql: \(exit)); its output ends:\n\(server.visible(tail(of: output)))\(hint)",
        file: path)
    }
    let rest = lines[index].dropFirst(prefix.count)
    let number = rest.prefix { $0.isNumber }
    let message = rest.dropFirst(number.count).split(separator: "ERROR:", maxSplits: 1).last.map(String.init) ?? ""
    let details = lines[(index + 1)...].prefix(6).map { "\n  \($0)" }.joined()
    return Diagnostic(
      "\(step.subject) failed: \(message.drop { $0 == " " })\(details)\(hint)", file: path, line: Int(number))
  }
}
