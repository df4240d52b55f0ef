/// The completions of the shells, from the tables of commands and flags.
struct Completions {
  let commands: [Subcommand]

  func text(_ shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  /// A text as one word of a shell: in single quotes, whatever it holds.
  ///
  /// - Parameter escaped: what the shell takes for a single quote inside; fish knows a backslash there, sh does not.
  func quoted(_ text: String, apostrophe escaped: String = "'\\''") -> String {
    "'" + text.replacing("'", with: escaped) + "'"
  }

  /// The names to ask plangate for.
  func kind(_ operand: Subcommand.Operand) -> Candidates.Kind? {
    switch operand {
    case .queries: .queries
    case .queryOrCase: .cases
    case .nothing, .tables, .table, .command, .word, .reports, .files: nil
    }
  }

  /// The words that an operand can be, where they are known beforehand.
  func words(_ operand: Subcommand.Operand) -> [String] {
    switch operand {
    case .command: commands.map(\.name)
    case .word(let words, _): words
    case .nothing, .tables, .queries, .queryOrCase, .table, .reports, .files: []
    }
  }

  var general: [String] { Help.general.flatMap(\.spellings) }
}

extension Subcommand.Operand {
  var takesFiles: Bool {
    switch self {
    case .reports, .files: true
    case .nothing, .tables, .queries, .queryOrCase, .table, .command, .word: false
    }
  }
}
