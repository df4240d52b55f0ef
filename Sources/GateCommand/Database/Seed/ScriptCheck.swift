import OperatingSystem
import Postgres
import Reporting

/// Sees to it that an SQL file of the seed was run to its end: psql's exit status is 0 also when the file leaves early, when
/// it ends inside a transaction, and when its errors were switched off.
struct ScriptCheck {
  /// As the user would name it.
  let path: String
  /// Of the manifest, in which psql runs.
  let directory: String

  // MARK: Before

  /// What the text of the file, or of one that it includes, shows to end it early.
  func problem() -> Diagnostic? {
    var seen: Set<String> = []
    return problem(in: path, &seen)
  }

  private func problem(in path: String, _ seen: inout Set<String>) -> Diagnostic? {
    // What cannot be read psql says itself.
    guard seen.insert(path).inserted, seen.count <= 1000,
      let script = PsqlScript(file: path, where: PsqlScript.mayNeedReading)
    else { return nil }
    if let quit = script.quit {
      return Diagnostic(
        "the file would end here: what follows \(quit.text.visible) would not be run\n"
          + "remove it, or put what may be left out between \\if and \\endif", file: path, line: quit.line)
    }
    if let (mark, transaction) = script.reconnection {
      return Diagnostic(
        "\(mark.text.visible) ends the transaction that begins in line \(transaction.line), and what it did is lost\n"
          + "put COMMIT before it", file: path, line: mark.line)
    }
    if let copy = script.unfinishedCopy {
      return Diagnostic(
        "the data of this COPY have no end: the file may be cut off\nend them with a line that holds only \\.",
        file: path, line: copy.line)
    }
    for include in script.includes where !include.path.isEmpty {
      let base = include.isRelativeToFile ? parentDirectory(of: path) : directory
      if let problem = problem(in: joined(base, include.path), &seen) { return problem }
    }
    return nil
  }

  // MARK: After

  private static let mark = "plangate-end-of-file"

  /// What psql does after the file, in the same session. DISCARD ALL fails inside a transaction, also inside one that has
  /// failed, and changes nothing for anybody else. A limit that the file set for its session must not end it.
  static let lastArguments = [
    "--command=\\echo \(mark) :ON_ERROR_STOP", "--command=\\set ON_ERROR_STOP off",
    "--command=SET statement_timeout = 0", "--command=DISCARD ALL", "--command=\\echo \(mark) :ERROR :SQLSTATE",
  ]

  /// What is wrong after a run that psql was content with.
  ///
  /// - Parameter log: what psql printed.
  func problem(in log: String) -> Diagnostic? {
    let lines = log.split(separator: "\n")
    let marks = lines.filter { $0.hasPrefix(ScriptCheck.mark) }.map { $0.split(separator: " ").dropFirst() }
    guard marks.count >= 2, let setting = marks.dropLast().last?.first, let end = marks.last, let isError = end.first
    else { return Diagnostic("psql ended before the end of the file", file: path) }
    let isStopping = ["on", "1", "true", "yes"].contains(setting.lowercased())
    if !isStopping, let error = lines.lazy.compactMap({ PsqlError($0) }).first {
      let place = error.file == absolutePath(path) ? path : error.file
      return Diagnostic(
        "the seed went on after an error: \(error.message)\n"
          + "the file switches ON_ERROR_STOP off; switch it on again after the statements that may fail",
        file: place, line: error.line)
    }
    guard isError == "true" else { return nil }
    let state = end.dropFirst().first ?? ""
    switch state {
    case "25001", "25P02":
      let begin = PsqlScript(file: path)?.openTransaction
      let what = begin == nil ? "a transaction" : "the transaction that begins here"
      return Diagnostic(
        "\(what) is still open at the end of the file, and what it did is lost\nend the file with COMMIT",
        file: path, line: begin?.line)
    case _ where state == "00000" || state.isEmpty || state.hasPrefix("08") || state.hasPrefix("57P"):
      return Diagnostic("the file ends without a connection to the database", file: path)
    default: return nil
    }
  }
}

/// An error in psql's output: `psql:/project/seed/01.sql:12: ERROR:  …`, or `error:` where it is psql's own.
private struct PsqlError {
  let file: String
  let line: Int
  let message: String

  init?(_ text: Substring) {
    guard let rest = text.dropping(prefix: "psql:") else { return nil }
    for word in [": ERROR: ", ": error: ", ": FATAL: "] {
      guard let range = rest.firstRange(of: word) else { continue }
      let place = rest[..<range.lowerBound]
      guard let colon = place.lastIndex(of: ":"), let line = Int(place[place.index(after: colon)...]),
        !place[..<colon].contains(": ")
      else { continue }
      self.init(
        file: String(place[..<colon]), line: line, message: String(rest[range.upperBound...].drop { $0 == " " }))
      return
    }
    return nil
  }

  private init(file: String, line: Int, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }
}

extension Substring {
  fileprivate func dropping(prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
