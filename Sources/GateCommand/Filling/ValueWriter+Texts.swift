import PlanCore

extension ValueWriter {
  /// The number of characters that a text has at most.
  func textLimit(_ column: FillColumn) -> Int {
    var limit = column.type.modifier.first ?? 1000
    if column.type.baseName == "name" { limit = 63 }
    if let most = limits(of: column).maximumLength { limit = min(limit, most) }
    return max(limit, 0)
  }

  /// The number of characters that a text has at least.
  func shortest(_ column: FillColumn) -> Int { limits(of: column).minimumLength ?? 0 }

  /// The pattern of a CHECK that texts are made from; nil where the usual text of such a name fits better, as with
  /// addresses of mail.
  func pattern(_ column: FillColumn) -> PatternText? {
    guard let pattern = limits(of: column).pattern, !pattern.contains("@"), !pattern.contains("http") else {
      return nil
    }
    return PatternText(pattern)
  }

  func text(_ column: FillColumn, _ type: FillType, _ isUnique: Bool) -> String {
    let limits = limits(of: column)
    let limit = textLimit(column)
    let shortest = shortest(column)
    var value: String
    if let pattern = pattern(column) {
      value = pattern.sql(from: shortest, to: min(limit, 200), number: isUnique ? "\(n) - 1" : nil)
    } else {
      value = plainText(column, limit, isUnique)
      if shortest > 1 { value = "rpad(\(value), \(shortest), 'x')" }
    }
    if limits.isLowercase { value = "lower(\(value))" }
    if limits.isUppercase { value = "upper(\(value))" }
    return ["text", "varchar"].contains(type.baseName) ? value : "(\(value))::\(type.sql)"
  }

  private func plainText(_ column: FillColumn, _ limit: Int, _ isUnique: Bool) -> String {
    let words = ColumnWords(column.name)
    if limit == 2, words.has("country", "language", "lang", "locale"), !isUnique {
      return NamedTexts(n: n, table: table.name.name).sql(words.has("country") ? "country" : "lang").text
    }
    let named = NamedTexts(n: n, table: table.name.name).sql(column.name)
    guard isUnique else { return limit < 120 ? "left(\(named.text), \(limit))" : named.text }
    // Cut off, texts might be equal.
    if limit >= 80 { return named.isUnique ? named.text : "\(named.text) || ' ' || \(n)" }
    if limit < 12 { return limit < 9 ? "lpad(\(n)::text, \(limit), '0')" : "\(n)::text" }
    return "left(\(named.text), \(limit - 10)) || '-' || \(n)"
  }
}
