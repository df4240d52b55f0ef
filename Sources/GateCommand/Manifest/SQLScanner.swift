/// Finds the parameters of a statement: `$1` and `:name`, outside of texts, quoted names, comments and casts.
struct SQLScanner {
  /// The statement with each `:name` as `$1`, `$2` … in order of first appearance.
  private(set) var sql = ""
  /// The names, in that order.
  private(set) var names: [String] = []
  /// The largest `$n` of the text, 0 for none.
  private(set) var positionalCount = 0
  /// Whether the text holds nothing but blanks, comments and semicolons.
  private(set) var isEmpty = true
  /// Whether it is a `SELECT … INTO`, which makes a table: no other statement has the word without INSERT or MERGE before
  /// it.
  private(set) var selectsInto = false
  /// The first word or other character, in lower case.
  private(set) var firstToken = ""
  /// The names in it, keywords among them: bare ones in lower case, quoted ones as they are.
  private(set) var words: Set<String> = []
  /// The last word or other character, in lower case, blanks and comments left out.
  private var lastToken = ""
  /// Where the rewritten text parts from the original: offsets in characters from 0, ascending.
  private var shifts: [(rewritten: Int, original: Int)] = []

  private let text: [Unicode.Scalar]
  private var position = 0
  private var bracketDepth = 0
  private var output = String.UnicodeScalarView()
  private var outputCount = 0

  init(_ statement: String) {
    text = Array(statement.unicodeScalars)
    while position < text.count { step() }
    sql = String(output)
  }

  /// The offset in the statement as written, for one in the rewritten text; both in characters from 0.
  func originalOffset(_ offset: Int) -> Int {
    guard let shift = shifts.last(where: { $0.rewritten <= offset }) else { return offset }
    return shift.original + offset - shift.rewritten
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

  private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    position + offset < text.count ? text[position + offset] : nil
  }

  private mutating func copy(_ count: Int) {
    let end = min(position + count, text.count)
    output.append(contentsOf: text[position..<end])
    outputCount += end - position
    position = end
  }

  private mutating func step() {
    let scalar = text[position]
    switch scalar {
    case "-" where peek(1) == "-": copyLine()
    case "/" where peek(1) == "*": copyComment()
    case _ where scalar.properties.isWhitespace: copy(1)
    default:
      let start = position
      token(scalar)
      noteToken(String(String.UnicodeScalarView(text[start..<position])))
    }
  }

  private mutating func noteToken(_ raw: String) {
    let token = raw.lowercased()
    if raw.hasPrefix("\""), raw.count > 2 {
      words.insert(String(raw.dropFirst().dropLast()).replacing("\"\"", with: "\""))
    } else if let first = token.unicodeScalars.first, SQLScanner.isNameStart(first) || first.value > 0x7f {
      words.insert(token)
    }
    if token != ";" { isEmpty = false }
    if token == "into", !["insert", "merge", "as", "."].contains(lastToken) { selectsInto = true }
    if firstToken.isEmpty { firstToken = token }
    lastToken = token
  }

  private mutating func token(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "'": copyQuoted("'", hasEscapes: false)
    case "\"": copyQuoted("\"", hasEscapes: false)
    case "$": dollar()
    case ":": colon()
    default:
      if scalar == "[" { bracketDepth += 1 }
      if scalar == "]" { bracketDepth -= 1 }
      if SQLScanner.isNameStart(scalar) || scalar.value > 0x7f {
        // A whole word, so that `a$1` and `x1` are no parameters.
        var count = 1
        while let next = peek(count), SQLScanner.isNamePart(next) || next == "$" || next.value > 0x7f { count += 1 }
        if count == 1, peek(1) == "'", scalar == "e" || scalar == "E" {
          // Only `E'…'` knows backslashes.
          copy(1)
          copyQuoted("'", hasEscapes: true)
        } else {
          copy(count)
        }
      } else {
        copy(1)
      }
    }
  }

  private mutating func copyQuoted(_ quote: Unicode.Scalar, hasEscapes: Bool) {
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
    copy(count)
  }

  private mutating func copyLine() {
    var count = 2
    while let next = peek(count), next != "\n", next != "\r" { count += 1 }
    copy(count)
  }

  /// Comments nest.
  private mutating func copyComment() {
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
    copy(count)
  }

  /// `$1`, or a dollar-quoted text.
  private mutating func dollar() {
    var count = 1
    if let next = peek(1), ("0"..."9").contains(next) {
      var number = 0
      while let digit = peek(count), ("0"..."9").contains(digit) {
        number = min(number * 10 + Int(digit.value - 0x30), 65_536)
        count += 1
      }
      positionalCount = max(positionalCount, number)
      copy(count)
      return
    }
    while let next = peek(count), SQLScanner.isNamePart(next) || next.value > 0x7f { count += 1 }
    guard peek(count) == "$" else { return copy(1) }
    let tag = text[position...(position + count)]
    var end = position + tag.count
    while end + tag.count <= text.count, text[end..<end + tag.count] != tag { end += 1 }
    copy(end + tag.count <= text.count ? end + tag.count - position : text.count - position)
  }

  /// `::` is a cast, `:=` an assignment and `a[1:n]` a slice; `:name` is a parameter.
  private mutating func colon() {
    if peek(1) == ":" { return copy(2) }
    guard let first = peek(1), SQLScanner.isNameStart(first) else { return copy(1) }
    if bracketDepth > 0, position > 0, isSliceStart(text[position - 1]) { return copy(1) }
    var count = 1
    while let next = peek(count), SQLScanner.isNamePart(next) { count += 1 }
    let name = String(String.UnicodeScalarView(text[position + 1..<position + count]))
    if !names.contains(name) { names.append(name) }
    if let last = output.last, SQLScanner.isNamePart(last) || last == "$" || last.value > 0x7f {
      // `limit:n` is two words, `limit$1` would be one.
      output.append(" ")
      outputCount += 1
      shifts.append((outputCount, position))
    }
    let marker = "$\((names.firstIndex(of: name) ?? 0) + 1)"
    output.append(contentsOf: marker.unicodeScalars)
    outputCount += marker.count
    position += count
    shifts.append((outputCount, position))
  }

  private func isSliceStart(_ scalar: Unicode.Scalar) -> Bool {
    SQLScanner.isNamePart(scalar) || scalar == ")" || scalar == "]" || scalar == "\"" || scalar.value > 0x7f
  }
}
