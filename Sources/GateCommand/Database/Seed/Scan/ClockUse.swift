/// What a statement does with the clock: whether its plan, or the rows that it reads, can depend on the time.
///
/// Only a value that a statement stores or returns at its outermost level cannot move a plan: in SET, VALUES and
/// RETURNING, and there only in plain expressions. Everything else counts as a condition.
struct ClockUse: Equatable {
  /// The clock decides which rows are read, or that cannot be excluded.
  var decides = false
  /// The tables that get a value made from the clock, as the text names them: in lower case where it does not quote.
  var assigns: [Target] = []

  struct Target: Equatable {
    var schema: String?
    var name: String
  }

  init(_ sql: String) {
    var sql = sql
    guard SeedScan(sql, as: .statements).readsClock else { return }
    self = sql.withUTF8 { ClockUse(UnsafeRawBufferPointer($0)) }
  }

  private init(_ bytes: UnsafeRawBufferPointer) {
    let reader = AssignmentReader(bytes)
    guard let regions = reader.regions, let target = reader.target else {
      decides = true
      return
    }
    // What is left of the statement without its assignments.
    var rest = Array(bytes)
    for region in regions { for index in region.range { rest[index] = 0x20 } }
    decides = ClockUse.readsClock(rest) || regions.contains { !reader.isHarmless($0) }
    let assigning = regions.filter { $0.kind != .returning && ClockUse.readsClock(Array(bytes[$0.range])) }
    if !assigning.isEmpty { assigns = [target] }
  }

  static func readsClock(_ bytes: [UInt8]) -> Bool {
    SeedScan(String(decoding: bytes, as: UTF8.self), as: .statements).readsClock
  }
}

/// Finds the parts of a statement that only store or return values.
struct AssignmentReader {
  struct Region {
    enum Kind { case set, values, returning }
    let kind: Kind
    var range: Range<Int>
    fileprivate var tokens: [SQLToken] = []
  }

  private let lexer: SQLLexer
  private let tokens: [SQLToken]
  /// The depth of parentheses and brackets of each token.
  private let depths: [Int]
  /// Nil for a statement that stores nothing at its outermost level.
  private(set) var regions: [Region]?
  private(set) var target: ClockUse.Target?
  /// The columns of an INSERT, as far as it names them.
  private var columns: [String] = []
  /// The names in the conflict target of an INSERT; nil where it has no ON CONFLICT, empty where it names no columns.
  private var conflictNames: Set<String>?

  init(_ bytes: UnsafeRawBufferPointer) {
    lexer = SQLLexer(bytes, isScript: false)
    var reader = lexer
    var tokens: [SQLToken] = []
    var depths: [Int] = []
    var depth = 0
    while let token = reader.next() {
      if token.isSymbol(")") || token.isSymbol("]") { depth -= 1 }
      tokens.append(token)
      depths.append(depth)
      if token.isSymbol("(") || token.isSymbol("[") { depth += 1 }
    }
    (self.tokens, self.depths) = (tokens, depths)
    read()
  }

  private func word(_ index: Int) -> String? {
    guard tokens.indices.contains(index), tokens[index].kind == .word else { return nil }
    return lexer.lowercased(tokens[index].range)
  }

  /// A name as the catalog has it.
  private func name(_ index: Int) -> String? {
    guard tokens.indices.contains(index) else { return nil }
    if case .quotedName(false) = tokens[index].kind {
      return lexer.value(of: tokens[index]).map { String(decoding: $0, as: UTF8.self) }
    }
    return word(index)
  }

  // MARK: The statement

  private mutating func read() {
    guard let start = verb(), let verb = word(start) else { return }
    let outer = tokens.indices.dropFirst(start + 1).filter { depths[$0] == 0 }
    let words = outer.compactMap { index in word(index).map { (index, $0) } }
    let starts = [
      "insert": ["values", "set", "returning"], "update": ["set", "returning"], "delete": ["returning"],
      "merge": ["values", "set", "returning"],
    ]
    guard let kinds = starts[verb] else { return }
    // VALUES may be one part of a query.
    let isQuery = words.contains {
      ["select", "union", "except", "intersect", "order", "limit", "offset", "fetch"].contains($0.1)
    }
    let ends: Set<String> = ["from", "where", "returning", "on", "when", "select", "do", "values", "set"]
    var regions: [Region] = []
    for (position, item) in words.enumerated() where kinds.contains(item.1) {
      if item.1 == "values", isQuery { continue }
      let isLast = item.1 == "returning"
      let end = isLast ? nil : words[(position + 1)...].first { ends.contains($0.1) }?.0
      let last = (end ?? tokens.endIndex) - 1
      guard last > item.0 else { continue }
      regions.append(
        Region(
          kind: item.1 == "set" ? .set : item.1 == "values" ? .values : .returning,
          range: tokens[item.0].range.upperBound..<tokens[last].range.upperBound,
          tokens: Array(tokens[(item.0 + 1)...last])))
      if isLast { break }
    }
    self.regions = regions
    readTarget(after: start, verb)
    if verb == "insert" { readConflict(words) }
  }

  /// The index of the word that says what the statement does.
  private func verb() -> Int? {
    guard let first = word(0) else { return nil }
    guard first == "with" else { return 0 }
    // It follows the last of the queries; a name before AS may be the same word.
    return tokens.indices.first { index in
      index > 0 && depths[index] == 0 && tokens[index - 1].isSymbol(")")
        && ["insert", "update", "delete", "merge", "select", "values", "table"].contains(word(index))
    }
  }

  private mutating func readTarget(after start: Int, _ verb: String) {
    var index = start + 1
    while let word = word(index), ["into", "only", "from"].contains(word) { index += 1 }
    guard let first = name(index) else { return }
    index += 1
    var target = ClockUse.Target(schema: nil, name: first)
    if tokens.indices.contains(index), tokens[index].isSymbol("."), let second = name(index + 1) {
      target = ClockUse.Target(schema: first, name: second)
      index += 2
    }
    self.target = target
    if word(index) == "as" { index += 2 }
    guard tokens.indices.contains(index), tokens[index].isSymbol("(") else { return }
    columns = names(inParenthesesAt: index)
  }

  private mutating func readConflict(_ words: [(Int, String)]) {
    guard let place = words.first(where: { $0.1 == "conflict" })?.0 else { return }
    guard tokens.indices.contains(place + 1), tokens[place + 1].isSymbol("(") else {
      conflictNames = []
      return
    }
    conflictNames = Set(names(inParenthesesAt: place + 1))
  }

  private func names(inParenthesesAt index: Int) -> [String] {
    tokens.indices.dropFirst(index + 1).prefix { depths[$0] > depths[index] }.compactMap { name($0) }
  }

  // MARK: The values

  /// Whether the clock in a region can do nothing but become a value.
  func isHarmless(_ region: Region) -> Bool {
    guard ClockUse.readsClock(Array(lexer.bytes[region.range])) else { return true }
    var depth = 0
    for (index, token) in region.tokens.enumerated() {
      switch token.kind {
      case .symbol(UInt8(ascii: "(")): depth += 1
      case .symbol(UInt8(ascii: ")")): depth -= 1
      // An assignment of SET is no comparison.
      case .symbol(UInt8(ascii: "=")): if region.kind != .set || depth > 0 { return false }
      case .symbol(let byte): if "<>!~@#%&|?".utf8.contains(byte), !isConcatenation(region, index) { return false }
      case .word:
        let word = lexer.lowercased(token.range)
        if AssignmentReader.conditions.contains(word) { return false }
        if isCalled(region, index), !AssignmentReader.functions.contains(word) { return false }
      case .quotedName: if isCalled(region, index) { return false }
      default: break
      }
    }
    return region.kind != .values || !mayConflict(region)
  }

  private func isCalled(_ region: Region, _ index: Int) -> Bool {
    index + 1 < region.tokens.count && region.tokens[index + 1].isSymbol("(")
  }

  private func isConcatenation(_ region: Region, _ index: Int) -> Bool {
    region.tokens[index].isSymbol("|")
      && [index - 1, index + 1].contains { region.tokens.indices.contains($0) && region.tokens[$0].isSymbol("|") }
  }

  /// Whether the time may be what an INSERT finds an existing row by.
  private func mayConflict(_ region: Region) -> Bool {
    guard let conflictNames else { return false }
    guard !conflictNames.isEmpty, !columns.isEmpty else { return true }
    var (depth, column, start) = (0, 0, region.range.lowerBound)
    func isClock(_ end: Int) -> Bool { start < end && ClockUse.readsClock(Array(lexer.bytes[start..<end])) }
    func conflicts(_ end: Int) -> Bool {
      isClock(end) && (!columns.indices.contains(column) || conflictNames.contains(columns[column]))
    }
    for token in region.tokens {
      if token.isSymbol("(") {
        depth += 1
        if depth == 1 { (column, start) = (0, token.range.upperBound) }
      } else if token.isSymbol(")") {
        if depth == 1, conflicts(token.range.lowerBound) { return true }
        depth -= 1
      } else if token.isSymbol(","), depth == 1 {
        if conflicts(token.range.lowerBound) { return true }
        (column, start) = (column + 1, token.range.upperBound)
      }
    }
    return false
  }

  /// Words by which a value depends on more than the time.
  private static let conditions: Set<String> = [
    "select", "with", "table", "case", "when", "is", "between", "in", "like", "ilike", "similar", "and", "or", "not",
    "exists", "any", "some", "all", "distinct", "overlaps", "nullif", "filter", "over", "isnull", "notnull",
  ]

  /// Functions that compute from their arguments alone or make a new key, and types with a length.
  private static let functions: Set<String> = [
    "now", "age", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday", "current_timestamp",
    "localtimestamp", "current_time", "localtime", "date_trunc", "date_part", "extract", "to_char", "to_timestamp",
    "to_date", "make_date", "make_interval", "make_timestamp", "make_timestamptz", "timezone", "coalesce", "greatest",
    "least", "abs", "floor", "ceil", "round", "trunc", "mod", "cast", "row", "nextval", "gen_random_uuid",
    "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuid_generate_v7", "uuidv4", "uuidv7", "random",
    "md5", "lower", "upper", "trim", "btrim", "concat", "concat_ws", "substr", "substring", "left", "right", "lpad",
    "rpad", "replace", "length", "jsonb_build_object", "json_build_object", "jsonb_build_array", "to_jsonb", "to_json",
    "jsonb_set", "array_append", "tstzrange", "daterange", "numeric", "decimal", "varchar", "char", "character",
    "varying", "bit", "timestamp", "timestamptz", "time", "timetz", "interval", "array", "set",
  ]
}
