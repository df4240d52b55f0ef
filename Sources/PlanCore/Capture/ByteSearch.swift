// By bytes: what is looked for in a baseline is ASCII, which no byte of another character is, while to Swift a combining
// mark behind it makes another Character of it. And Characters take ten times as long.

extension Substring {
  /// What stands behind a text that this one begins with; nil for another beginning.
  func dropping(prefix: String) -> Substring? {
    utf8.starts(with: prefix.utf8) ? self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...] : nil
  }

  /// What stands before and behind the first occurrence of a text; nil where there is none.
  func parts(at separator: String) -> (before: Substring, after: Substring)? {
    var start = startIndex
    while let index = utf8[start...].firstIndex(where: { $0 == separator.utf8.first }) {
      if let after = self[index...].dropping(prefix: separator) { return (self[..<index], after) }
      start = utf8.index(after: index)
    }
    return nil
  }

  /// What stands before the last occurrence of a text; nil where there is none.
  func before(last separator: String) -> Substring? {
    var end = endIndex
    while let index = utf8[..<end].lastIndex(where: { $0 == separator.utf8.first }) {
      if utf8[index...].starts(with: separator.utf8) { return self[..<index] }
      end = index
    }
    return nil
  }

  /// The text cut at each occurrence of a separator.
  func pieces(between separator: String) -> [Substring] {
    var pieces: [Substring] = []
    var rest = self[...]
    while let (before, after) = rest.parts(at: separator) {
      pieces.append(before)
      rest = after
    }
    return pieces + [rest]
  }
}
