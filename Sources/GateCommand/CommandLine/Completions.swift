/// The completions of the shells, from the tables of commands and flags.
enum Completions {
  static func text(_ shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  /// A text as one word of a shell: in single quotes, whatever it holds.
  ///
  /// - Parameter escaped: what the shell takes for a single quote inside; fish knows a backslash there, sh does not.
  static func quoted(_ text: String, apostrophe escaped: String = "'\\''") -> String {
    "'" + text.replacing("'", with: escaped) + "'"
  }

  /// What all three ask plangate for.
  static func kind(_ operand: CommandName.Operand) -> Candidates.Kind? {
    switch operand {
    case .queries: .queries
    case .queryOrCase: .cases
    case .nothing, .command, .shell, .cacheAction, .reports: nil
    }
  }

  /// The words that an operand can be, where they are known beforehand.
  static func words(_ operand: CommandName.Operand) -> [String] {
    switch operand {
    case .command: CommandName.allCases.map(\.rawValue)
    case .shell: Shell.allCases.map(\.rawValue)
    case .cacheAction: CacheAction.allCases.map(\.rawValue)
    case .nothing, .queries, .queryOrCase, .reports: []
    }
  }

  static let general = Help.general.flatMap(\.spellings)
}
