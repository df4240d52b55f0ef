/// Finds the parameters of a statement, `$1` and `:name`, outside strings, quoted names, comments and casts.
struct SQLScanner {
  /// The statement with each `:name` replaced by `$1`, `$2` … in order of first appearance.
  private(set) var sql = ""
  /// The names, in that order.
  private(set) var names: [String] = []
  /// The largest `$n` of the text, 0 for none.
  private(set) var positionalCount = 0
  /// The parameters, by position from 0, whose value is a list; see `TranslatedStatement`.
  private(set) var lists: Set<Int> = []
  /// Whether the text holds only blanks, comments and semicolons.
  private(set) var isEmpty = true
  /// Whether it is a `SELECT … INTO`, which creates a table.
  ///
  /// No other statement contains the word INTO without INSERT or MERGE before it.
  private(set) var selectsInto = false
  /// The first word or other character, and the last one so far, ignoring blanks and comments.
  private var first: Range<Int>?
  private var last: Range<Int>?
  /// The words and quoted names.
  private var nameTokens: [Range<Int>] = []
  /// The positions where the rewritten text shifts against the original: offsets in characters from 0, ascending.
  private var shifts: [(rewritten: Int, original: Int)] = []
  /// Whether `:name` is a parameter.
  private var readsNames = true

  /// The text in UTF-8: the bytes that end a token are ASCII, and no byte of another character is.
  private let text: [UInt8]
  private var position = 0
  private var bracketDepth = 0
  /// The rewritten text up to the last `:name`, its length and that of the original in characters, and the original's
  /// rest.
  private var output: [UInt8] = []
  private var counts = (rewritten: 0, original: 0)
  private var rest = 0

  init(_ statement: String) {
    text = Array(statement.utf8)
    while position < text.count { step() }
    sql = names.isEmpty ? statement : String(decoding: output + text[rest...], as: UTF8.self)
  }

  /// Scans the SQL of a statement whose placeholders have been translated.
  init(_ translated: TranslatedStatement) {
    text = Array(translated.sql.utf8)
    readsNames = false
    while position < text.count { step() }
    sql = translated.sql
    names = translated.names
    positionalCount = translated.positionalCount
    lists = translated.lists
    shifts = translated.shifts.map { ($0.rewritten, $0.original) }
  }

  /// The first word or other character, in lower case.
  var firstToken: String { first.map { string($0).lowercased() } ?? "" }

  /// Whether the statement is one that writes rows, if only those of a view's rules; not of one inside WITH.
  var writesRows: Bool { ["insert", "update", "delete", "merge"].contains(firstToken) }

  /// All names in order, including keywords: unquoted ones in lower case, quoted ones as they are.
  var words: [String] {
    let quote = UInt8(ascii: "\"")
    return nameTokens.map { token in
      guard text[token.lowerBound] == quote else { return string(token).lowercased() }
      let name = string(token.lowerBound + 1..<token.upperBound - 1)
      return name.utf8.contains(quote) ? name.replacing("\"\"", with: "\"") : name
    }
  }

  /// The offset in the original statement for one in the rewritten text; both in characters from 0.
  func originalOffset(_ offset: Int) -> Int {
    let next = shifts.first { $0.rewritten > offset }
    let shift = shifts.last { $0.rewritten <= offset } ?? (0, 0)
    let original = shift.original + offset - shift.rewritten
    // What was inserted may be longer than what it replaces.
    return min(original, next?.original ?? original)
  }

  static func isParameterName(_ text: String) -> Bool {
    text.unicodeScalars.first.map(isNameStart) ?? false && text.unicodeScalars.allSatisfy(isNamePart)
  }

  private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    isNameStart(scalar) || ("0"..."9").contains(scalar)
  }

  /// Whether a scalar can be part of an SQL word, as opposed to a parameter's name.
  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    isNamePart(scalar) || scalar == "$" || scalar.value > 0x7f
  }

  private func string(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }

  /// The character some bytes ahead; for a byte of a non-ASCII character, some scalar above 0x7f.
  private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    position + offset < text.count ? Unicode.Scalar(text[position + offset]) : nil
  }

  private mutating func pass(_ count: Int) { position = min(position + count, text.count) }

  private mutating func step() {
    let scalar = Unicode.Scalar(text[position])
    if scalar.value > 0x7f, let length = blankLength { return pass(length) }
    switch scalar {
    case " ", "\t"..."\r": pass(1)
    case "-" where peek(1) == "-": passLine()
    case "/" where peek(1) == "*": passComment()
    default:
      let start = position
      token(scalar)
      noteToken(start..<position)
    }
  }

  /// The length in bytes of the non-ASCII blank at this position; nil for another character.
  private var blankLength: Int? {
    let scalar = string(position..<min(position + 4, text.count)).unicodeScalars.first
    return scalar.flatMap { $0.properties.isWhitespace ? UTF8.width($0) : nil }
  }

  private mutating func noteToken(_ token: Range<Int>) {
    let scalar = Unicode.Scalar(text[token.lowerBound])
    if SQLScanner.isNameStart(scalar) || scalar.value > 0x7f || scalar == "\"" && token.count > 2 {
      nameTokens.append(token)
    }
    if scalar != ";" { isEmpty = false }
    if isWord(token, "into") {
      selectsInto = selectsInto || !["insert", "merge", "as", "."].contains { isWord(last, $0) }
    }
    if first == nil { first = token }
    last = token
  }

  /// Whether a token is this word, given in lower case.
  private func isWord(_ token: Range<Int>?, _ word: String) -> Bool {
    guard let token, token.count == word.utf8.count else { return false }
    return zip(text[token], word.utf8).allSatisfy { byte, letter in
      byte == letter || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte && byte | 0x20 == letter
    }
  }

  private mutating func token(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "'": passQuoted("'", hasEscapes: false)
    case "\"": passQuoted("\"", hasEscapes: false)
    case "$": dollar()
    case ":": colon()
    default:
      if scalar == "[" { bracketDepth += 1 }
      if scalar == "]" { bracketDepth -= 1 }
      if SQLScanner.isNameStart(scalar) || scalar.value > 0x7f {
        // Reads a whole word, so that `a$1` and `x1` are not parameters.
        var count = 1
        while let next = peek(count), SQLScanner.isWordPart(next) { count += 1 }
        if count == 1, peek(1) == "'", scalar == "e" || scalar == "E" {
          // Only `E'…'` has backslash escapes.
          pass(1)
          passQuoted("'", hasEscapes: true)
        } else {
          pass(count)
        }
      } else {
        pass(1)
      }
    }
  }

  private mutating func passQuoted(_ quote: Unicode.Scalar, hasEscapes: Bool) {
    var count = 1
    while let next = peek(count) {
      count += 1
      if hasEscapes, next == "\\" {
        count += 1
      } else if next == quote {
        // A doubled quote is one character of the text.
        guard peek(count) == quote else { break }
        count += 1
      }
    }
    pass(count)
  }

  private mutating func passLine() {
    var count = 2
    while let next = peek(count), next != "\n", next != "\r" { count += 1 }
    pass(count)
  }

  /// Skips a comment; comments nest.
  private mutating func passComment() {
    var count = 2
    var depth = 1
    while depth > 0, let next = peek(count) {
      if next == "/", peek(count + 1) == "*" {
        depth += 1
        count += 2
      } else if next == "*", peek(count + 1) == "/" {
        depth -= 1
        count += 2
      } else {
        count += 1
      }
    }
    pass(count)
  }

  /// Reads `$1`, or a dollar-quoted text.
  private mutating func dollar() {
    var count = 1
    if let next = peek(1), ("0"..."9").contains(next) {
      var number = 0
      while let digit = peek(count), ("0"..."9").contains(digit) {
        number = min(number * 10 + Int(digit.value - 0x30), 65_536)
        count += 1
      }
      positionalCount = max(positionalCount, number)
      pass(count)
      return
    }
    while let next = peek(count), SQLScanner.isNamePart(next) || next.value > 0x7f { count += 1 }
    guard peek(count) == "$" else { return pass(1) }
    let tag = text[position...(position + count)]
    var end = position + tag.count
    while end + tag.count <= text.count, text[end..<end + tag.count] != tag { end += 1 }
    pass(end + tag.count <= text.count ? end + tag.count - position : text.count - position)
  }

  /// Reads a colon: `::` is a cast, `:=` an assignment and `a[1:n]` a slice; `:name` is a parameter.
  private mutating func colon() {
    if peek(1) == ":" { return pass(2) }
    guard readsNames, let first = peek(1), SQLScanner.isNameStart(first) else { return pass(1) }
    if bracketDepth > 0, position > 0, isSliceStart(Unicode.Scalar(text[position - 1])) { return pass(1) }
    var count = 1
    while let next = peek(count), SQLScanner.isNamePart(next) { count += 1 }
    let name = string(position + 1..<position + count)
    if !names.contains(name) { names.append(name) }
    take(text[rest..<position])
    if let last = output.last, SQLScanner.isWordPart(Unicode.Scalar(last)) {
      // `limit:n` is two words; `limit$1` would be one.
      output.append(UInt8(ascii: " "))
      counts.rewritten += 1
      shifts.append(counts)
    }
    let marker = "$\((names.firstIndex(of: name) ?? 0) + 1)".utf8
    output += marker
    counts.rewritten += marker.count
    counts.original += count
    position += count
    rest = position
    shifts.append(counts)
  }

  /// Copies a part of the original into the rewritten text.
  private mutating func take(_ part: ArraySlice<UInt8>) {
    output += part
    // Each character has exactly one byte that is not a continuation byte.
    let count = part.count { $0 & 0xc0 != 0x80 }
    counts.rewritten += count
    counts.original += count
  }

  private func isSliceStart(_ scalar: Unicode.Scalar) -> Bool {
    SQLScanner.isNamePart(scalar) || scalar == ")" || scalar == "]" || scalar == "\"" || scalar.value > 0x7f
  }
}
