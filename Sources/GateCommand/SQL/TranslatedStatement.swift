/// A statement with the placeholders of another tool, and its translation for the server, with `$1`, `$2` ….
struct TranslatedStatement: Equatable, Sendable {
  /// A part of the text that has no counterpart in a statement that can be planned.
  struct Problem: Equatable, Sendable {
    /// The position in the original, in characters from 0.
    let offset: Int
    let message: String
  }

  /// The position where the translation shifts against the original: offsets in characters from 0.
  struct Shift: Equatable, Sendable {
    let rewritten: Int
    let original: Int
  }

  private(set) var sql = ""
  /// The names of the parameters, in order of first appearance; empty if they have numbers.
  private(set) var names: [String] = []
  /// The largest number of a parameter, 0 if they have names.
  private(set) var positionalCount = 0
  /// The parameters, by position from 0, whose value is a list: those of `IN` without single values.
  private(set) var lists: Set<Int> = []
  private(set) var shifts: [Shift] = []
  private(set) var problems: [Problem] = []

  init(_ text: String, _ placeholders: Placeholders) {
    var text = text
    let edits: [PlaceholderReader.Edit] = text.withUTF8 { bytes in
      var reader = PlaceholderReader(UnsafeRawBufferPointer(bytes), placeholders)
      reader.read()
      problems = reader.problems.map { problem in
        Problem(offset: bytes[..<problem.at].count { $0 & 0xc0 != 0x80 }, message: problem.message)
      }
      return reader.edits
    }
    apply(edits, to: Array(text.utf8))
  }

  private mutating func apply(_ edits: [PlaceholderReader.Edit], to text: [UInt8]) {
    let usesNames = edits.contains { if case .named = $0.value { true } else { false } }
    var (output, rest, counts): ([UInt8], Int, (rewritten: Int, original: Int)) = ([], 0, (0, 0))
    func length(_ part: some Sequence<UInt8>) -> Int { part.reduce(0) { $0 + ($1 & 0xc0 != 0x80 ? 1 : 0) } }
    for edit in edits {
      let kept = text[rest..<edit.range.lowerBound]
      output += kept
      counts.rewritten += length(kept)
      counts.original += length(kept)
      var marker: String
      switch edit.value {
      case .text(let text): marker = text
      case .named(let name): marker = "$\(number(of: name, isList: edit.isList))"
      case .numbered(let number) where usesNames: marker = "$\(self.number(of: "p\(number)", isList: edit.isList))"
      case .numbered(let number):
        positionalCount = max(positionalCount, number)
        if edit.isList { lists.insert(number - 1) }
        marker = "$\(number)"
      }
      marker = edit.before + marker + edit.after
      if marker.first == "$", let last = output.last, SQLLexer.isWordPart(last) {
        // `limit:n` is two words; `limit$1` would be one.
        output.append(UInt8(ascii: " "))
        counts.rewritten += 1
        shifts.append(Shift(rewritten: counts.rewritten, original: counts.original))
      }
      output += marker.utf8
      counts.rewritten += marker.unicodeScalars.count
      counts.original += length(text[edit.range])
      shifts.append(Shift(rewritten: counts.rewritten, original: counts.original))
      rest = edit.range.upperBound
    }
    sql = String(decoding: output + text[rest...], as: UTF8.self)
  }

  /// The number of a named parameter, from 1.
  private mutating func number(of name: String, isList: Bool) -> Int {
    if !names.contains(name) { names.append(name) }
    let index = names.firstIndex(of: name) ?? 0
    if isList { lists.insert(index) }
    return index + 1
  }
}
