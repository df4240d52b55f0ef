#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The lines of a text: psql commands end with them, and rows for COPY begin after them.
///
/// For psql only a line feed ends a line.
extension SQLLexer {
  /// The end of the current line.
  mutating func endOfLine() -> Int {
    // Cached, because one line may hold very many commands.
    if at > lineEnd || at < lineStart {
      lineStart = at
      lineEnd = lineFeed(from: at)
    }
    return lineEnd
  }

  private func lineFeed(from start: Int) -> Int {
    guard start < end, let base = bytes.baseAddress else { return end }
    // memchr is fast, and most of a large seed is rows.
    return memchr(base + start, 0x0a, end - start).map { UnsafeRawPointer($0) - base } ?? end
  }

  /// The next token that begins on this line; nil at the end of the line, where rows for COPY would begin.
  mutating func nextOnLine() -> SQLToken? {
    var line = SQLLexer(bytes, at: at, end: endOfLine(), isScript: isScript)
    line.backslashesEscape = backslashesEscape
    guard let token = line.next() else {
      at = line.end
      return nil
    }
    // A token without its closing quote continues on the next line.
    if token.content.upperBound == token.range.upperBound { return next() }
    at = line.at
    return token
  }

  /// Skips rows for COPY from the next line on, including the `\.` that ends them.
  ///
  /// - Returns: the rows; nil at the end of the text.
  mutating func passRows() -> Range<Int>? {
    at = lineFeed(from: at)
    guard at < end else { return nil }
    at += 1
    let start = at
    while at < end {
      let line = at
      at = lineFeed(from: line)
      var lineEnd = at
      if lineEnd > line, bytes[lineEnd - 1] == 0x0d { lineEnd -= 1 }
      let isLast = lineEnd - line == 2 && bytes[line] == UInt8(ascii: "\\") && bytes[line + 1] == UInt8(ascii: ".")
      if isLast { return start..<line }
      if at < end { at += 1 }
    }
    return start..<end
  }
}

/// Counts lines up to positions that are given in ascending order.
struct LineCounter {
  private var at: Int
  private var line: Int
  /// The last line number: escapes can produce line feeds that the script does not have.
  private let last: Int

  /// - Parameters:
  ///   - at: the position where the text begins.
  ///   - first: the line of that position.
  init(at: Int = 0, first: Int = 1, last: Int = .max) {
    self.at = at
    line = first
    self.last = last
  }

  /// The line of a position; for a position before the last one given, the line of that one.
  mutating func line(at place: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    if place > at {
      line += UnsafeRawBufferPointer(rebasing: bytes[at..<place]).reduce(0) { $0 &+ ($1 == 0x0a ? 1 : 0) }
      at = place
    }
    return min(line, last)
  }
}
