// By bytes: what is looked for in a baseline is ASCII, which no byte of another character is, while to Swift a
// combining mark behind it makes another Character of it. And Characters take ten times as long.

extension Substring {
  /// The rest after a prefix; nil without that prefix.
  func dropping(prefix: String) -> Substring? {
    utf8.starts(with: prefix.utf8) ? self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...] : nil
  }

  /// The parts before and after the first occurrence of a text; nil if there is none.
  func parts(at separator: String) -> (before: Substring, after: Substring)? {
    var start = startIndex
    while let index = utf8[start...].firstIndex(where: { $0 == separator.utf8.first }) {
      if let after = self[index...].dropping(prefix: separator) { return (self[..<index], after) }
      start = utf8.index(after: index)
    }
    return nil
  }

  /// The part before the last occurrence of a text; nil if there is none.
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
