import FoundationEssentials
import OperatingSystem
import Reporting

/// The transaction that plangate puts around a script of the seed (`transaction:`).
struct SeedTransaction {
  /// A statement that does not go with a transaction around the file.
  private struct Obstacle {
    let path: String
    let line: Int
    let words: String
    /// Whether it begins or ends a transaction itself; otherwise PostgreSQL refuses it inside of one.
    let isControl: Bool
  }

  /// Whether there is one.
  let isOpen: Bool

  /// - Parameters:
  ///   - path: the script as the user would name it.
  ///   - file: the file that psql reads, which may be a copy.
  ///   - directory: the directory in which psql runs.
  init(_ mode: SeedStep.TransactionMode, _ path: String, _ file: String, in directory: String) throws(Diagnostic) {
    guard mode != .no else {
      isOpen = false
      return
    }
    var seen: Set<String> = []
    let obstacle = SeedTransaction.obstacle(in: path, file, directory, &seen)
    isOpen = obstacle == nil
    guard mode == .yes, let obstacle else { return }
    throw Diagnostic(
      obstacle.isControl
        ? "\(obstacle.words.visible) controls a transaction, and 'transaction: true' puts one around the file\n"
          + "remove it, or write 'transaction: false'"
        : "\(obstacle.words.visible) cannot run in the transaction of 'transaction: true'\n"
          + "give it a file of its own, or write 'transaction: auto'", file: obstacle.path, line: obstacle.line)
  }

  private static func obstacle(
    in path: String, _ file: String, _ directory: String, _ seen: inout Set<String>
  ) -> Obstacle? {
    guard seen.insert(path).inserted, seen.count <= 1000, let text = FileManager.default.contents(atPath: file) else {
      return nil
    }
    var includes: [(path: String, isRelativeToFile: Bool)] = []
    let obstacle: Obstacle? = Array(text).withUnsafeBytes { bytes in
      includes = PsqlScript(bytes).includes
      var reader = PsqlScriptReader(bytes)
      while let event = reader.next() {
        switch event {
        case .statement(let words, _, let mark, let range):
          let text = String(decoding: bytes[range], as: UTF8.self)
          let statement = MigrationScript.Statement(text: text, line: mark.line, words: words)
          guard statement.boundsTransaction || statement.refusesTransaction || statement.addsValue else { continue }
          return Obstacle(
            path: path, line: mark.line, words: words.prefix(3).joined(separator: " ").uppercased(),
            isControl: statement.boundsTransaction)
        case .command(let name, _, let mark, _) where ["c", "connect"].contains(name):
          return Obstacle(path: path, line: mark.line, words: mark.text, isControl: true)
        case .command, .copyData: continue
        }
      }
      return nil
    }
    if let obstacle { return obstacle }
    for include in includes where !include.path.isEmpty {
      let included = joined(include.isRelativeToFile ? parentDirectory(of: path) : directory, include.path)
      if let obstacle = SeedTransaction.obstacle(in: included, included, directory, &seen) { return obstacle }
    }
    return nil
  }

  /// psql's arguments before the file.
  var firstArguments: [String] { isOpen ? ["--command=BEGIN"] : [] }

  /// psql's arguments after the file.
  ///
  /// A savepoint fails where the transaction has ended or failed; COMMIT would not.
  var lastArguments: [String] {
    isOpen ? ["--command=SAVEPOINT plangate_end_of_file", "--command=COMMIT"] : []
  }

  /// The next step for a failed script, as a line for its error; empty if the transaction is not the reason.
  ///
  /// - Parameter log: the output of psql.
  func hint(in log: String) -> String {
    guard isOpen else { return "" }
    if log.contains("SAVEPOINT can only be used in transaction blocks") {
      return "\nthe file ends the transaction that 'transaction:' puts around it; write 'transaction: false'"
    }
    guard
      log.contains("cannot run inside a transaction block") || log.contains("cannot be executed from a function")
        || log.contains("unsafe use of new value")
    else { return "" }
    return "\nthe file runs in one transaction; write 'transaction: false', or give the statement a file of its own"
  }
}

extension MigrationScript.Statement {
  /// Whether it begins or ends a transaction.
  fileprivate var boundsTransaction: Bool {
    beginsTransaction || endsTransaction || words.starts(with: ["prepare", "transaction"])
  }

  /// Whether it adds a value to an enum, which the same transaction cannot use.
  fileprivate var addsValue: Bool {
    words.starts(with: ["alter", "type"]) && words.dropFirst(2).contains("add") && words.contains("value")
  }
}
