/// The position where a node starts: line and column, both from 1, counted in Unicode scalars as libyaml does.
package struct YAMLMark: Equatable, Hashable, Sendable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

extension YAMLMark {
  /// The position of the byte at `offset`, for libyaml's reader errors, which name no line.
  ///
  /// Everything before the offset was read without error, except possibly the first bytes of the broken character
  /// itself. Those count as one character, so the mark is at the byte that libyaml rejects.
  init(byteOffset offset: Int, in bytes: some Collection<UInt8>) {
    var line = 1
    var column = 1
    var previous: Unicode.Scalar?
    for scalar in Self.decode(Array(bytes.prefix(offset))).unicodeScalars {
      switch scalar {
      case "\n" where previous == "\r":
        break  // CR LF is one line break, and the CR has been counted.
      case "\r", "\n", "\u{85}", "\u{2028}", "\u{2029}":
        // YAML 1.1 breaks lines at all five (libyaml's IS_BREAK).
        line += 1
        column = 1
      default:
        column += 1
      }
      previous = scalar
    }
    self.init(line: line, column: column)
  }

  /// Decodes bytes as libyaml's `yaml_parser_determine_encoding` does: UTF-8 unless a byte order mark says UTF-16.
  private static func decode(_ bytes: [UInt8]) -> String {
    if bytes.starts(with: [0xFF, 0xFE]) {
      return decodeUTF16(bytes.dropFirst(2)) { UInt16($1) << 8 | UInt16($0) }
    }
    if bytes.starts(with: [0xFE, 0xFF]) {
      return decodeUTF16(bytes.dropFirst(2)) { UInt16($0) << 8 | UInt16($1) }
    }
    let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    return String(decoding: bytes.dropFirst(hasMark ? 3 : 0), as: UTF8.self)
  }

  private static func decodeUTF16(_ bytes: ArraySlice<UInt8>, unit: (UInt8, UInt8) -> UInt16) -> String {
    let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { unit(bytes[$0], bytes[$0 + 1]) }
    return String(decoding: units, as: UTF16.self)
  }
}
