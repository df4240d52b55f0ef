/// The limits of a column's values that its CHECKs and domains state in a form that is understood.
struct ColumnLimits: Equatable, Sendable {
  struct Bound: Equatable, Sendable {
    let value: Double
    let isInclusive: Bool
  }

  /// The only values that are allowed; nil for any.
  var values: [String]?
  var lower: Bound?
  var upper: Bound?
  /// The number of characters.
  var minimumLength: Int?
  var maximumLength: Int?
  /// A regular expression that the value has to match.
  var pattern: String?
  var isLowercase = false
  var isUppercase = false

  /// Both, one after the other.
  mutating func add(_ other: ColumnLimits) {
    values = other.values.map { new in values.map { $0.filter(new.contains) } ?? new } ?? values
    lower = [lower, other.lower].compactMap { $0 }.max { ($0.value, $1.isInclusive ? 0 : 1) < ($1.value, 0) }
    upper = [upper, other.upper].compactMap { $0 }.min { $0.value < $1.value }
    minimumLength = [minimumLength, other.minimumLength].compactMap { $0 }.max()
    maximumLength = [maximumLength, other.maximumLength].compactMap { $0 }.min()
    pattern = pattern ?? other.pattern
    isLowercase = isLowercase || other.isLowercase
    isUppercase = isUppercase || other.isUppercase
  }
}

/// Reads the limits of columns from conditions of CHECK constraints.
///
/// What is not understood is left out: the server has the last word on every row.
struct CheckReader {
  /// The limits that a condition states, by column.
  ///
  /// - Parameters:
  ///   - condition: as `pg_get_expr` writes it.
  ///   - columns: the names that are columns; `VALUE` in a domain is the column `value`.
  static func limits(in condition: String, of columns: Set<String>) -> [String: ColumnLimits] {
    CheckReader(columns: columns).limits(ExpressionToken.tokens(condition).withoutCasts)
  }

  private let columns: Set<String>

  private func limits(_ tokens: [ExpressionToken]) -> [String: ColumnLimits] {
    let tokens = tokens.unwrapped
    let conjuncts = tokens.split(at: "and")
    if conjuncts.count > 1 {
      var result: [String: ColumnLimits] = [:]
      for part in conjuncts {
        for (column, limits) in limits(part) { result[column, default: ColumnLimits()].add(limits) }
      }
      return result
    }
    let disjuncts = tokens.split(at: "or")
    return disjuncts.count > 1 ? alternatives(disjuncts) : single(tokens)
  }

  /// `x IS NULL OR …` limits like the rest; `x = 1 OR x = 2` is a list.
  private func alternatives(_ parts: [[ExpressionToken]]) -> [String: ColumnLimits] {
    let parts = parts.map(\.unwrapped).filter { Array($0.suffix(2)) != [.word("is"), .word("null")] }
    if parts.count == 1 { return limits(parts[0]) }
    var values: [String] = []
    var column: String?
    for part in parts {
      guard let only = limits(part).first, limits(part).count == 1, let list = only.value.values,
        column == nil || column == only.key
      else { return [:] }
      column = only.key
      values += list
    }
    return column.map { [$0: ColumnLimits(values: values)] } ?? [:]
  }

  private func single(_ tokens: [ExpressionToken]) -> [String: ColumnLimits] {
    if let any = tokens.firstIndex(of: .word("any")), any >= 2, tokens[any - 1] == .symbol("="),
      let column = column(Array(tokens[..<(any - 1)])), let values = list(Array(tokens[(any + 1)...]))
    {
      return [column: ColumnLimits(values: values)]
    }
    guard let at = tokens.firstIndex(where: isComparison), case .symbol(let sign) = tokens[at],
      tokens[(at + 1)...].allSatisfy({ !isComparison($0) })
    else { return [:] }
    let (left, right) = (Array(tokens[..<at]).unwrapped, Array(tokens[(at + 1)...]).unwrapped)
    if let limits = comparison(left, sign, right) { return limits }
    let swapped = ["<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="]
    return swapped[sign].flatMap { comparison(right, $0, left) } ?? [:]
  }

  private func isComparison(_ token: ExpressionToken) -> Bool {
    if case .symbol(let text) = token { return ["=", "<", ">", "<=", ">=", "~", "~*"].contains(text) }
    return false
  }

  private func comparison(
    _ left: [ExpressionToken], _ sign: String, _ right: [ExpressionToken]
  ) -> [String: ColumnLimits]? {
    if let column = column(left) {
      if sign == "~" || sign == "~*", case .string(let pattern)? = right.first, right.count == 1 {
        return [column: ColumnLimits(pattern: pattern)]
      }
      guard let text = literal(right) else { return cases(column, sign, right) }
      if sign == "=" { return [column: ColumnLimits(values: [text])] }
      guard let number = Double(text) else { return nil }
      return [column: bounded(sign, number)]
    }
    guard left.count > 3, case .word(let function) = left[0], left.closing(1) == left.count - 1,
      let column = column(Array(left[2..<(left.count - 1)])), let number = literal(right).flatMap({ Int($0) }),
      ["length", "char_length", "character_length"].contains(function)
    else { return nil }
    switch sign {
    case "=": return [column: ColumnLimits(minimumLength: number, maximumLength: number)]
    case "<": return [column: ColumnLimits(maximumLength: number - 1)]
    case "<=": return [column: ColumnLimits(maximumLength: number)]
    case ">": return [column: ColumnLimits(minimumLength: number + 1)]
    case ">=": return [column: ColumnLimits(minimumLength: number)]
    default: return nil
    }
  }

  private func bounded(_ sign: String, _ number: Double) -> ColumnLimits {
    let bound = ColumnLimits.Bound(value: number, isInclusive: sign.hasSuffix("="))
    return sign.hasPrefix("<") ? ColumnLimits(upper: bound) : ColumnLimits(lower: bound)
  }

  /// `x = lower(x)`, `x = upper(x)`.
  private func cases(_ name: String, _ sign: String, _ right: [ExpressionToken]) -> [String: ColumnLimits]? {
    guard sign == "=", right.count > 3, case .word(let function) = right[0], right.closing(1) == right.count - 1,
      column(Array(right[2..<(right.count - 1)])) == name
    else { return nil }
    switch function {
    case "lower": return [name: ColumnLimits(isLowercase: true)]
    case "upper": return [name: ColumnLimits(isUppercase: true)]
    default: return nil
    }
  }

  private func column(_ tokens: [ExpressionToken]) -> String? {
    let tokens = tokens.unwrapped
    guard tokens.count == 1, let name = tokens[0].identifier, columns.contains(name) else { return nil }
    return name
  }

  /// The text of a literal.
  private func literal(_ tokens: [ExpressionToken]) -> String? {
    let tokens = tokens.unwrapped
    if tokens.count == 2, tokens[0] == .symbol("-"), case .number(let digits) = tokens[1] { return "-" + digits }
    guard tokens.count == 1 else { return nil }
    switch tokens[0] {
    case .string(let text), .number(let text): return text
    case .word("true"), .word("false"): return tokens[0].identifier
    default: return nil
    }
  }

  /// The texts of `(ARRAY['a', 'b'])` and `('{a,b}')`.
  private func list(_ tokens: [ExpressionToken]) -> [String]? {
    var tokens = tokens.unwrapped
    if tokens.count == 1, case .string(let text) = tokens[0] { return ArrayText.elements(text)?.compactMap { $0 } }
    guard tokens.first == .word("array"), tokens.count > 2, tokens[1] == .symbol("["), tokens.last == .symbol("]")
    else { return nil }
    tokens = Array(tokens.dropFirst(2).dropLast())
    var values: [String] = []
    for part in tokens.split(separator: .symbol(",")) {
      guard let text = literal(Array(part)) else { return nil }
      values.append(text)
    }
    return values
  }
}
