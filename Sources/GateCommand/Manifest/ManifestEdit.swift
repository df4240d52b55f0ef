import PlanCore

/// Adds keys and entries to the text of a manifest; every other byte stays.
struct ManifestEdit {
  /// The reason that a place cannot be edited.
  struct Problem: Error {
    let reason: String
  }

  private var lines: [String]
  private let lineEnd: String

  init(_ text: String) {
    let usesCarriageReturns = text.utf8.firstRange(of: "\r\n".utf8) != nil
    lineEnd = usesCarriageReturns ? "\r\n" : "\n"
    lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: usesCarriageReturns && $0.last == 0x0d ? $0.dropLast() : $0, as: UTF8.self) }
  }

  var text: String { lines.joined(separator: lineEnd) }

  /// Adds a key to the mapping of a query.
  ///
  /// Places further up stay valid, so edits go from the end to the beginning.
  ///
  /// - Parameters:
  ///   - block: the key and its value in lines, without indentation.
  ///   - flow: the same on one line.
  mutating func add(_ block: [String], or flow: String, to query: Query) throws(Problem) {
    let (line, column) = (query.manifestLine - 1, query.manifestColumn - 1)
    guard let text = lines[safe: line], text.unicodeScalars.count > column else {
      throw Problem(reason: "its entry was not found")
    }
    let scalars = Array(text.unicodeScalars)
    switch scalars[column] {
    case "{":
      let end = try endOfFlow(line, column)
      var before = Array(lines[end.line].unicodeScalars)
      let content = (end.line == line ? before[(column + 1)..<end.column] : before[..<end.column])
      let last = content.last { $0 != " " }
      let comma = last == nil && end.line == line || last == "," ? "" : ", "
      // Blanks before the brace stay behind the value.
      var at = end.column
      while at > 0, before[at - 1] == " " { at -= 1 }
      if last == nil { at = end.column }
      before.insert(contentsOf: Array("\(comma)\(flow)".unicodeScalars), at: at)
      lines[end.line] = ManifestEdit.string(before)
    case "&", "*", "!", "?": throw Problem(reason: "its entry has an anchor, an alias or a tag")
    default:
      let indentation = String(repeating: " ", count: column)
      lines.insert(contentsOf: block.map { indentation + $0 }, at: lastLine(line, column) + 1)
    }
  }

  /// Adds entries behind the last one of `queries:`.
  ///
  /// - Parameter last: the query whose entry is the last in the file.
  mutating func append(_ entries: [[String]], behind last: Query) throws(Problem) {
    let (line, column) = (last.manifestLine - 1, last.manifestColumn - 1)
    guard let text = lines[safe: line] else { throw Problem(reason: "the end of 'queries' was not found") }
    let before = text.unicodeScalars.prefix(column)
    guard let dash = before.firstIndex(of: "-"), before.allSatisfy({ $0 == " " || $0 == "-" }),
      before.count(where: { $0 == "-" }) == 1
    else { throw Problem(reason: "'queries' is not written as one entry per line") }
    let indentation = String(repeating: " ", count: before.distance(from: before.startIndex, to: dash))
    let isFlow = text.unicodeScalars.dropFirst(column).first == "{"
    let end = isFlow ? try endOfFlow(line, column).line : lastLine(line, column)
    let added = entries.flatMap { entry in
      entry.enumerated().map { "\(indentation)\($0 == 0 ? "- " : "  ")\($1)" }
    }
    lines.insert(contentsOf: added, at: end + 1)
    // A file whose last line has no end gets one.
    if end + 1 + added.count == lines.count { lines.append("") }
  }

  /// The last line of a block that begins at a column: what is indented at least as far belongs to it.
  private func lastLine(_ line: Int, _ column: Int) -> Int {
    var last = line
    for index in lines.indices.dropFirst(line + 1) {
      let blanks = lines[index].unicodeScalars.prefix { $0 == " " }.count
      if blanks == lines[index].unicodeScalars.count { continue }
      guard blanks >= column else { break }
      last = index
    }
    return last
  }

  /// The place of the brace that closes a mapping.
  private func endOfFlow(_ line: Int, _ column: Int) throws(Problem) -> (line: Int, column: Int) {
    var depth = 0
    var quote: Unicode.Scalar?
    for index in lines.indices.dropFirst(line) {
      let scalars = Array(lines[index].unicodeScalars)
      var at = index == line ? column : 0
      while at < scalars.count {
        let scalar = scalars[at]
        if let open = quote {
          if open == "\"", scalar == "\\" { at += 1 } else if scalar == open { quote = nil }
        } else if scalar == "#", at == 0 || scalars[at - 1] == " " {
          break
        } else if scalar == "\"" || scalar == "'", at == 0 || " ,:[{".unicodeScalars.contains(scalars[at - 1]) {
          // Inside a plain text a quote is a character like any other.
          quote = scalar
        } else if "{[".unicodeScalars.contains(scalar) {
          depth += 1
        } else if "}]".unicodeScalars.contains(scalar) {
          depth -= 1
          if depth == 0 { return (index, at) }
        }
        at += 1
      }
    }
    throw Problem(reason: "the end of its entry was not found")
  }

  private static func string(_ scalars: [Unicode.Scalar]) -> String { String(String.UnicodeScalarView(scalars)) }
}
