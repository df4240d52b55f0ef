/// Escaping works on scalars: a combining mark after a quote makes another Character of it, and the reader of a format
/// sees the quote all the same.
extension String {
  /// The text with each occurrence of a word replaced, scalar by scalar.
  func replacingScalars(_ word: String, with other: String) -> String {
    var output = String.UnicodeScalarView()
    var rest = unicodeScalars[...]
    while let scalar = rest.first {
      if rest.starts(with: word.unicodeScalars) {
        output.append(contentsOf: other.unicodeScalars)
        rest = rest.dropFirst(word.unicodeScalars.count)
      } else {
        output.append(scalar)
        rest = rest.dropFirst()
      }
    }
    return String(output)
  }

  /// At most so many scalars, the last one an ellipsis where something is missing. A single Character can be of any
  /// length, so limits of a format are not kept by `cut(to:)`.
  func limited(to count: Int) -> String {
    guard unicodeScalars.count > count else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.prefix(count - 1))) + "…"
  }
}
