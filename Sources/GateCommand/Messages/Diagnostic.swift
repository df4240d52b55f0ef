import OperatingSystem
import Reporting
import YAML

/// An error that a person can act on, with its position if it has one.
///
/// queries/manifest.yml:12:5: error: unknown key 'querys', did you mean 'queries'?
///       querys:
///       ^
package struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file as the user would name it; nil if the error concerns no file.
  package var file: String?
  /// The line, from 1.
  package var line: Int?
  /// The column, from 1, in characters (Unicode scalars).
  package var column: Int?
  /// The message in lower case, without a final full stop; further lines give the next step.
  package var message: String
  /// The text of the line, if it is to be shown.
  package var sourceLine: String?
  /// The other errors found together with this one.
  package var others: [Diagnostic] = []

  /// The number of errors shown at once.
  private static let shownCount = 10

  package init(
    _ message: String, file: String? = nil, line: Int? = nil, column: Int? = nil, sourceLine: String? = nil
  ) {
    self.message = message
    self.file = file
    self.line = line
    self.column = column
    self.sourceLine = sourceLine
  }

  package var description: String {
    let all = [text] + others.map(\.text)
    let rest = all.count - Diagnostic.shownCount
    return all.prefix(Diagnostic.shownCount).joined(separator: "\n")
      + (rest > 0 ? "\n… \(rest) more error\(rest == 1 ? "" : "s")" : "")
  }

  private var text: String {
    let place = [file?.visible, line.map(String.init), column.map(String.init)].compactMap { $0 }.joined(separator: ":")
    // The message may quote the file.
    var text = (place.isEmpty ? "" : place + ": ") + "error: " + message.visibleText
    if let sourceLine, !sourceLine.allSatisfy(\.isWhitespace), sourceLine.unicodeScalars.count <= 400 {
      let scalars = sourceLine.unicodeScalars
      // Each character takes one column, so that the caret below it is in place.
      text += "\n  " + String(scalars.map { String($0).visible == String($0) ? Character($0) : " " })
      if let column, column <= scalars.count + 1 { text += "\n  " + String(repeating: " ", count: column - 1) + "^" }
    }
    return text
  }
}

extension Diagnostic {
  /// Makes an error at a position of a text.
  init(_ message: String, file: String, mark: YAMLMark?, source: String) {
    self.init(message, file: file, line: mark?.line, column: mark?.column)
    if let mark { sourceLine = Diagnostic.line(mark.line, of: source) }
  }

  /// - Parameter number: the number of the line, from 1.
  static func line(_ number: Int, of source: String) -> String? {
    let lines = source.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.indices.contains(number - 1) else { return nil }
    let line = lines[number - 1]
    return String(String.UnicodeScalarView(line.last == "\r" ? line.dropLast() : line))
  }
}

/// The word that was probably meant: the nearest one by edits, if it is near enough.
func nearest(to word: String, among words: some Sequence<String>) -> String? {
  let candidates = words.map { ($0, editDistance(word.lowercased(), $0.lowercased())) }
  guard let best = candidates.min(by: { $0.1 < $1.1 }), best.1 <= max(1, word.count / 3) else { return nil }
  return best.0
}

/// The suggestion `, did you mean 'queries'?`, or an empty text.
func suggestion(for word: String, among words: some Sequence<String>) -> String {
  nearest(to: word, among: words).map { ", did you mean '\($0)'?" } ?? ""
}

/// The number of characters inserted, deleted, replaced, or swapped with their neighbour.
private func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  var before: [Int] = []
  var row = Array(0...b.count)
  for i in a.indices {
    var next = [i + 1]
    for j in b.indices {
      var distance = min(row[j] + (a[i] == b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { distance = min(distance, before[j - 1] + 1) }
      next.append(distance)
    }
    (before, row) = (row, next)
  }
  return row[b.count]
}

/// Throws when a signal has arrived.
func checkInterruption() throws(Diagnostic) {
  if let signal = Interruption.shared.signal { throw Diagnostic("ended by signal \(signal)") }
}
