import Foundation

/// A document of this repository of which parts are written from the code, each between two comments in Markdown.
///
/// To write the parts anew: `PLANGATE_RECORD_GOLDENS=1 swift test --filter DocumentTests`. The run that wrote them
/// fails; read the difference in git, then run once more without the variable.
package struct GeneratedDocument {
  private let url: URL
  private var text: String

  /// - Parameter path: from the root of the repository.
  package init(_ path: String) throws {
    url = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: path)
    text = try String(contentsOf: url, encoding: .utf8)
  }

  /// Compares a part with what the code says.
  ///
  /// - Returns: what is wrong, nil when the part is up to date.
  package mutating func problem(of part: String, _ expected: String) throws -> String? {
    let begin = "<!-- \(part): PLANGATE_RECORD_GOLDENS=1 swift test --filter DocumentTests -->\n"
    let end = "<!-- end of \(part) -->\n"
    guard let start = text.range(of: begin), let stop = text.range(of: end), start.upperBound <= stop.lowerBound else {
      return "\(url.lastPathComponent) has no part '\(part)' between \(begin) and \(end)"
    }
    let range = start.upperBound..<stop.lowerBound
    let actual = text[range]
    if actual == expected { return nil }
    if ProcessInfo.processInfo.environment["PLANGATE_RECORD_GOLDENS"] == "1" {
      text.replaceSubrange(range, with: expected)
      try Data(text.utf8).write(to: url)
      return "wrote '\(part)' of \(url.lastPathComponent); run again without PLANGATE_RECORD_GOLDENS"
    }
    let (old, new) = (actual.split(separator: "\n"), expected.split(separator: "\n"))
    let line = zip(old, new).prefix { $0 == $1 }.count
    return """
      '\(part)' of \(url.lastPathComponent) is stale:
      - \(line < old.count ? String(old[line]) : "nothing")
      + \(line < new.count ? String(new[line]) : "nothing")
      """
  }
}

/// Pieces of Markdown.
package enum MarkdownPiece {
  /// Paragraphs on lines of at most 120 columns.
  ///
  /// A line feed is a space, an empty line separates paragraphs.
  package static func prose(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .split { $0.allSatisfy(\.isWhitespace) }
      .map { lines in
        var result = ""
        var column = 0
        for word in lines.joined(separator: " ").split(separator: " ") {
          if column > 0, column + 1 + word.count > 120 {
            result += "\n"
            column = 0
          }
          result += (column == 0 ? "" : " ") + word
          column += (column == 0 ? 0 : 1) + word.count
        }
        return result
      }.joined(separator: "\n\n") + "\n"
  }

  package static func table(_ head: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String {
      "|" + cells.map { $0.isEmpty ? " |" : " \($0.replacing("|", with: "\\|")) |" }.joined() + "\n"
    }
    return line(head) + "|" + head.map { _ in " --- |" }.joined() + "\n" + rows.map(line).joined()
  }

  /// A summary with a capital and a full stop.
  package static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}
