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

  /// The text as HTML and XML take it, in an element or in a quoted attribute.
  var markupEscaped: String {
    var output = ""
    for scalar in unicodeScalars {
      if let entity = scalar.entity { output += entity } else { output.unicodeScalars.append(scalar) }
    }
    return output
  }

  /// The text as a part of a URI: each byte encoded that is not unreserved (RFC 3986) and not among the given ones.
  func percentEncoded(besides others: String) -> String {
    utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
        || "-._~".unicodeScalars.contains(scalar) || others.unicodeScalars.contains(scalar)
      if isPlain { return String(scalar) }
      return (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  /// At most so many scalars, the last one an ellipsis where something is missing. A single Character can be of any
  /// length, so limits of a format are not kept by `cut(to:)`.
  func limited(to count: Int) -> String {
    guard unicodeScalars.count > count else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.prefix(count - 1))) + "…"
  }
}

extension Unicode.Scalar {
  /// What stands for it in HTML and XML; nil for what stands for itself.
  var entity: String? {
    switch self {
    case "&": "&amp;"
    case "<": "&lt;"
    case ">": "&gt;"
    case "\"": "&quot;"
    // HTML 4 has no `&apos;`.
    case "'": "&#39;"
    default: nil
    }
  }
}
