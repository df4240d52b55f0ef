import Reporting

/// A shell command, as far as people recognize it by its text.
struct ShellCommand {
  let text: String

  init(_ text: String) { self.text = text }

  private var lines: [String] { text.visibleLines.filter { !$0.allSatisfy(\.isWhitespace) } }

  /// The first line that says what the command does, followed by ` …` if there are others.
  var title: String { telling + (lines.count > 1 ? " …" : "") }

  /// The first line that says what the command does.
  var telling: String { (lines.lazy.compactMap(ShellCommand.telling).first ?? lines.first ?? "").visible }

  /// The part of a line that says what the command does; nil if the line only prepares the shell for others.
  private static func telling(_ line: String) -> String? {
    var rest = Substring(line)
    while true {
      let trimmed = rest.drop(while: \.isWhitespace)
      if trimmed.isEmpty || trimmed.first == "#" { return nil }
      let word = trimmed.prefix { !$0.isWhitespace && $0 != ";" }
      let isOption = options.contains(word)
      guard isOption || preparations.contains(word) else { return String(rest) }
      guard let end = trimmed.firstIndex(where: { ";&|".contains($0) }) else { return nil }
      // A separator in quotes separates nothing.
      guard isOption, !trimmed[..<end].contains(where: { "'\"`$(".contains($0) }) else { return String(rest) }
      rest = trimmed[end...].drop { ";&| ".contains($0) }
    }
  }

  /// Commands that set the shell's options.
  private static let options: Set<Substring> = ["set", "shopt", "umask"]
  /// Commands that change nothing but the shell.
  private static let preparations: Set<Substring> = ["export", "trap", "cd", "pushd", "unset", ":"]
}
