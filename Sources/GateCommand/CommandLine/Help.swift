/// The help texts, from the table of flags.
enum Help {
  static let version = "0.1.0"

  static func text(_ command: CommandName?) -> String {
    guard let command else { return overview }
    if command == .help { return overview }
    let flags = Flag.all.filter { $0.commands.contains(command) }
    return """
      \(command.summary)

      usage: \(command.usage)

      \(table(flags.map { (label($0), $0.help) }))

      """
  }

  private static var overview: String {
    """
    plangate \(version): fails a pull request when a PostgreSQL plan regresses

    usage: plangate COMMAND [options]

    \(table(CommandName.allCases.map { ($0.rawValue, $0.summary) }))

      plangate help COMMAND tells the options of a command.

    exit status: 0 all checked and passed, 1 all checked and something failed,
      2 something could not be checked, 129, 130, 143 ended by a signal

    """
  }

  private static func label(_ flag: Flag) -> String {
    let letter = flag.letter.map { "-\($0), " } ?? "    "
    return letter + "--\(flag.name)" + (flag.value.map { " \($0)" } ?? "")
  }

  private static func table(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { "  " + $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }.joined(
      separator: "\n")
  }
}
