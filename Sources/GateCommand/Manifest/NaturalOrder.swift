import Reporting

/// The natural order of paths: numbers by their value, everything else by its bytes, so `V2` comes before `V10`.
///
/// Versions of Flyway's names count as versions: `V1__a.sql` comes before `V1.1__b.sql`.
struct NaturalOrder: Comparable {
  /// A part of a path.
  private enum Token: Equatable {
    /// The end of a version, which comes before everything that continues it.
    case endOfVersion
    case byte(UInt8)
    /// The digits of a number without leading zeros.
    case number(ArraySlice<UInt8>)
  }

  let path: String
  private let tokens: [Token]

  init(_ path: String) {
    self.path = path
    let naming = MigrationNaming(path: path)
    let bytes = Array(path.utf8)
    guard naming.isFlyway, !naming.version.isEmpty, let mark = path.firstRange(of: "__", after: "/") else {
      tokens = NaturalOrder.tokens(bytes[...])
      return
    }
    let start = path.utf8.distance(from: path.startIndex, to: mark.file)
    let end = path.utf8.distance(from: path.startIndex, to: mark.range.lowerBound)
    // The letter is the first one of the file's name.
    tokens =
      NaturalOrder.tokens(bytes[...start]) + naming.version.map { .number(Array(String($0).utf8)[...]) }
      + [.endOfVersion] + NaturalOrder.tokens(bytes[end...])
  }

  private static func tokens(_ bytes: ArraySlice<UInt8>) -> [Token] {
    var tokens: [Token] = []
    var rest = bytes
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    while let byte = rest.first {
      if isDigit(byte) {
        let digits = rest.prefix(while: isDigit)
        tokens.append(.number(digits.drop { $0 == 0x30 }))
        rest = rest[digits.endIndex...]
      } else {
        tokens.append(.byte(byte))
        rest = rest.dropFirst()
      }
    }
    return tokens
  }

  static func < (a: NaturalOrder, b: NaturalOrder) -> Bool {
    for (one, other) in zip(a.tokens, b.tokens) where one != other {
      switch (one, other) {
      case (.number(let one), .number(let other)):
        if one.elementsEqual(other) { continue }
        return one.count == other.count ? one.lexicographicallyPrecedes(other) : one.count < other.count
      case (.byte(let one), .byte(let other)): return one < other
      case (.endOfVersion, _): return true
      case (_, .endOfVersion): return false
      // All digits are neighbours.
      case (.number, .byte(let other)): return 0x30 < other
      case (.byte(let one), .number): return one < 0x30
      }
    }
    if a.tokens.count != b.tokens.count { return a.tokens.count < b.tokens.count }
    // `01` and `1`.
    return a.path < b.path
  }

  static func == (a: NaturalOrder, b: NaturalOrder) -> Bool { a.path == b.path }
}

extension String {
  /// The first place of a text in the file's name, and where that name begins.
  fileprivate func firstRange(of text: String, after slash: Character) -> (file: Index, range: Range<Index>)? {
    let file = lastIndex(of: slash).map { index(after: $0) } ?? startIndex
    return self[file...].firstRange(of: text).map { (file, $0) }
  }
}

/// Files of a pattern whose natural order is not that of their bytes, in which earlier versions of plangate ran them.
struct ReorderedFiles: Equatable, Sendable {
  /// The pattern, as the manifest has it.
  let pattern: String
  /// The files in natural order, as the user would name them.
  let files: [String]

  /// Nil if both orders are the same.
  init?(pattern: String, _ files: [String]) {
    if files == files.sorted() { return nil }
    self.pattern = pattern
    self.files = files
  }

  /// A sentence with both orders, from the first difference on.
  var note: String {
    let before = files.sorted()
    let same = zip(files, before).prefix { $0 == $1 }.count
    func list(_ files: [String]) -> String {
      let rest = files.dropFirst(same)
      let names = rest.prefix(4).map { ($0.split(separator: "/").last.map(String.init) ?? $0).visible }
      return names.joined(separator: ", ") + (rest.count > 4 ? " …" : "")
    }
    return "\(pattern.visible) runs in natural order (\(list(files))); by bytes, as before, it was \(list(before)). "
      + "To keep an order, list the files"
  }
}
