import PlanCore

/// The help texts, from the tables of commands and flags.
struct Help {
  let commands: [Subcommand]

  /// Columns.
  private static let width = 80

  static let exitStatuses: [(code: String, meaning: String)] = [
    ("0", "everything that was selected was checked or recorded, and nothing failed"),
    ("1", "everything was checked, and something failed; record --check: something differs"),
    ("2", "something could not be checked, recorded or written"),
    ("129, 130, 143", "ended by SIGHUP, SIGINT, SIGTERM, with the server stopped and its files gone"),
  ]

  /// The options that need no command.
  static let general: [(spellings: [String], help: String)] = [
    (["-h", "--help"], "show the help; after a command, the help of that command"),
    (["-V", "--version"], "show the version"),
  ]

  /// - Parameter command: nil for the overview.
  func text(_ command: Subcommand?) -> String {
    guard let command else { return overview }
    if case .command = command.operand { return overview }
    var blocks = [
      command.summary.wrapped(Help.width), ["usage: \(command.usage)"], command.details.wrapped(Help.width),
    ]
    if !command.flags.isEmpty { blocks.append(["options:"] + table(command.flags.map { ($0.label, $0.help) })) }
    blocks.append([command.examples.count == 1 ? "example:" : "examples:"] + command.examples.map { "  " + $0 })
    return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var overview: String {
    let blocks = [
      ["plangate \(Release.version): fails a pull request when a PostgreSQL plan regresses"],
      ["usage: plangate COMMAND [options]"],
      ["commands:"] + table(commands.map { ($0.name, $0.summary) }),
      ["options:"] + table(Help.general.map { ($0.spellings.joined(separator: ", "), $0.help) }),
      ["exit status:"] + table(Help.exitStatuses.map { ($0.code, $0.meaning) }),
      ["plangate help COMMAND lists a command's options, plangate man prints the manual."],
    ]
    return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  /// Two columns, the second one wrapped.
  private func table(_ rows: [(String, String)]) -> [String] {
    let column = (rows.map(\.0.count).max() ?? 0) + 4
    return rows.flatMap { label, text in
      text.wrapped(Help.width - column).enumerated().map { index, line in
        let start = index == 0 ? "  " + label : ""
        return start + String(repeating: " ", count: column - start.count) + line
      }
    }
  }
}

extension String {
  /// The words on lines of at most so many columns.
  func wrapped(_ width: Int) -> [String] {
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
