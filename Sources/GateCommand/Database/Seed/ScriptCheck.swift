import OperatingSystem
import Postgres
import Reporting

/// Checks that an SQL file of the seed ran to its end.
///
/// psql's exit status is 0 even if the file quits early, ends inside a transaction, or switches off the handling of
/// errors.
struct ScriptCheck {
  /// The path as the user would name it.
  let path: String
  /// The file that psql reads, which may be a copy.
  let file: String
  /// The manifest's directory, in which psql runs.
  let directory: String

  // MARK: Before

  /// The problem, seen in the text of the file or of one that it includes, that would end it early.
  func problem() -> Diagnostic? {
    var seen: Set<String> = []
    return problem(in: path, file, &seen)
  }

  private func problem(in path: String, _ file: String, _ seen: inout Set<String>) -> Diagnostic? {
    // psql itself reports a file that cannot be read.
    guard seen.insert(path).inserted, seen.count <= 1000,
      let script = PsqlScript(file: file, where: PsqlScript.mayNeedReading)
    else { return nil }
    if let quit = script.quit {
      return Diagnostic(
        "the file would end here: nothing after \(quit.text.visible) would run\n"
          + "remove it, or put the optional part between \\if and \\endif", file: path, line: quit.line)
    }
    if let (mark, transaction) = script.reconnection {
      return Diagnostic(
        "\(mark.text.visible) ends the transaction that begins on line \(transaction.line), and its changes are lost\n"
          + "put COMMIT before it", file: path, line: mark.line)
    }
    if let copy = script.unfinishedCopy {
      return Diagnostic(
        "the data of this COPY have no end: the file may be truncated\nend them with a line that holds only \\.",
        file: path, line: copy.line)
    }
    for include in script.includes where !include.path.isEmpty {
      let base = include.isRelativeToFile ? parentDirectory(of: path) : directory
      let included = joined(base, include.path)
      if let problem = problem(in: included, included, &seen) { return problem }
    }
    return nil
  }

  // MARK: After

  private static let mark = "plangate-end-of-file"

  /// The arguments for psql after the file, in the same session.
  ///
  /// DISCARD ALL fails inside a transaction, even a failed one, and affects no other session. A timeout that the file
  /// set for its session must not end it.
  static let lastArguments = [
    "--command=\\echo \(mark) :ON_ERROR_STOP", "--command=\\set ON_ERROR_STOP off",
    "--command=SET statement_timeout = 0", "--command=DISCARD ALL", "--command=\\echo \(mark) :ERROR :SQLSTATE :DBNAME",
  ]

  /// The database in which the session of a script ended; nil if psql did not get there.
  ///
  /// - Parameter log: the output of psql.
  func lastDatabase(in log: String) -> String? {
    let marks = log.split(separator: "\n").filter { $0.hasPrefix(ScriptCheck.mark) }
    guard marks.count >= 2, let words = marks.last?.split(separator: " ", maxSplits: 3), words.count == 4 else {
      return nil
    }
    return String(words[3])
  }

  /// The problem after a run that psql considered successful.
  ///
  /// - Parameter log: the output of psql.
  func problem(in log: String) -> Diagnostic? {
    let lines = log.split(separator: "\n")
    let marks = lines.filter { $0.hasPrefix(ScriptCheck.mark) }.map { $0.split(separator: " ").dropFirst() }
    guard marks.count >= 2, let setting = marks.dropLast().last?.first, let end = marks.last, let isError = end.first
    else { return Diagnostic("psql ended before the end of the file", file: path) }
    let isStopping = ["on", "1", "true", "yes"].contains(setting.lowercased())
    if !isStopping, let error = lines.lazy.compactMap({ PsqlError($0) }).first {
      let place = error.file == absolutePath(path) ? path : error.file
      return Diagnostic(
        "the seed continued after an error: \(error.message)\n"
          + "the file turns ON_ERROR_STOP off; turn it on again after the statements that may fail",
        file: place, line: error.line)
    }
    guard isError == "true" else { return nil }
    let state = end.dropFirst().first ?? ""
    switch state {
    case "25001", "25P02":
      let begin = PsqlScript(file: file)?.openTransaction
      let what = begin == nil ? "a transaction" : "the transaction that begins here"
      return Diagnostic(
        "\(what) is still open at the end of the file, and its changes are lost\nend the file with COMMIT",
        file: path, line: begin?.line)
    case _ where state == "00000" || state.isEmpty || state.hasPrefix("08") || state.hasPrefix("57P"):
      return Diagnostic("the file ends without a connection to the database", file: path)
    default: return nil
    }
  }
}

/// An error in psql's output: `psql:/project/seed/01.sql:12: ERROR:  …`, or with `error:` if it is psql's own.
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
