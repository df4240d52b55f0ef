/// A line of an indented text with the lines below it: the form of a baseline file.
struct OutlineLine: Equatable {
  var text: String
  var children: [OutlineLine] = []
  /// From 1; 0 for a line that was not read from a file.
  var number = 0

  init(_ text: String, _ children: [OutlineLine] = []) {
    self.text = text
    self.children = children
  }

  /// Two spaces a level.
  func write(to output: inout String, depth: Int = 0) {
    output += String(repeating: "  ", count: depth) + text + "\n"
    for child in children { child.write(to: &output, depth: depth + 1) }
  }

  /// Reads an indented text.
  static func parse(_ text: String) throws(BaselineError) -> [OutlineLine] {
    var lines: [(depth: Int, line: OutlineLine)] = []
    let raws = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, content) in raws.enumerated() {
      let body = content.drop { $0 == UInt8(ascii: " ") }
      if content.isEmpty, index == raws.count - 1 { break }
      guard !body.isEmpty else { throw BaselineError(line: index + 1, message: "an empty line") }
      let indent = content.count - body.count
      guard indent.isMultiple(of: 2), indent / 2 <= (lines.last?.depth ?? -1) + 1 else {
        throw BaselineError(line: index + 1, message: "unexpected indentation")
      }
      guard !body.starts(with: "<<<<<<<".utf8), !body.starts(with: ">>>>>>>".utf8) else {
        throw BaselineError(line: index + 1, message: "a merge conflict is not resolved")
      }
      var line = OutlineLine(String(Substring(body)))
      line.number = index + 1
      lines.append((indent / 2, line))
    }
    var position = 0
    return nest(lines, from: &position, depth: 0)
  }

  private static func nest(
    _ lines: [(depth: Int, line: OutlineLine)], from position: inout Int, depth: Int
  ) -> [OutlineLine] {
    var siblings: [OutlineLine] = []
    while position < lines.count, lines[position].depth == depth {
      var line = lines[position].line
      position += 1
      line.children = nest(lines, from: &position, depth: depth + 1)
      siblings.append(line)
    }
    return siblings
  }
}

/// Why a baseline file cannot be read.
package struct BaselineError: Error, Equatable, Sendable {
  /// From 1.
  package let line: Int
  package let message: String
  /// The file is whole, and of a format that a newer plangate wrote.
  package var isNewerFormat = false
}
