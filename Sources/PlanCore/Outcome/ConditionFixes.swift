import JSON

extension ConditionChange {
  /// The rewrites that a condition calls for which an index no longer serves.
  func fixes(_ observation: Observation) -> [Fix] {
    // Brackets within brackets are read again and again, and a condition of many kilobytes is a list of values.
    guard !now.isEmpty, !before.isEmpty || relation == nil, now.utf8.count + before.utf8.count < 20_000 else {
      return []
    }
    var fixes: [Fix] = []
    for column in columns(observation) {
      // `(o.customer_id)::numeric = 7`: EXPLAIN writes a cast of a column in brackets.
      if now[...].parts(at: "\(column))::") != nil, before[...].parts(at: "\(column))::") == nil {
        fixes.append(
          .advice("the column \(column) is cast in \(now), so that no index on it serves: cast the value instead"))
      } else if let expression = expression(around: column) {
        if compares(column, in: before) {
          fixes.append(
            .advice(
              "the column \(column) is inside \(expression), so that no index on it serves: compare the bare column"))
        }
        if let relation, let path = pathIndex(expression, of: column) {
          let table = "\(quotedIdentifier(relation.schema)).\(quotedIdentifier(relation.name))"
          fixes.append(
            .statements(
              Fix.Statements(purpose: "make an index on the expression", sql: ["CREATE INDEX ON \(table) ((\(path)));"])
            ))
        }
      } else if let call = call(around: column) {
        let isBareBefore = compares(column, in: before)
        if isBareBefore {
          fixes.append(
            .advice("the column \(column) is inside \(call), so that no index on it serves: compare the bare column"))
        }
        if let relation {
          let table = "\(quotedIdentifier(relation.schema)).\(quotedIdentifier(relation.name))"
          fixes.append(
            .statements(
              Fix.Statements(
                purpose: (isBareBefore ? "or " : "") + "make an index on the expression",
                sql: ["CREATE INDEX ON \(table) ((\(call)));"])))
        }
      }
    }
    fixes += joinFixes
    if now[...].parts(at: " IS NULL) OR (") != nil, now[...].parts(at: "($") != nil {
      fixes.append(
        .advice(
          "an optional filter, ($1 IS NULL OR …), leads no index in a generic plan: leave it out of the text where it "
            + "does not apply"))
    }
    if now[...].parts(at: " ~~ '%") != nil, before[...].parts(at: " ~~ '%") == nil {
      fixes.append(
        .advice(
          "a pattern that begins with % leads no B-tree index: look for a prefix, or make a trigram index (pg_trgm)"))
    }
    if now[...].parts(at: " ~~* ") != nil, before[...].parts(at: " ~~* ") == nil {
      fixes.append(
        .advice(
          "ILIKE leads no B-tree index: compare lower() of both sides with = or LIKE, or make a trigram index (pg_trgm)"
        ))
    }
    if now[...].parts(at: " OR ") != nil, now[...].parts(at: "SubPlan ") != nil {
      fixes.append(
        .advice(
          "an OR with a sub-select leads no index: write one query for each side and combine them with UNION"))
    }
    if before[...].parts(at: "ROW(") != nil, now[...].parts(at: " OR ") != nil {
      fixes.append(.advice("an OR over columns leads no index: write the comparison of rows again, (a, b) > (x, y)"))
    }
    return fixes
  }

  /// The advice for an OR between the columns of two tables.
  var joinFixes: [Fix] {
    guard now.utf8.count < 20_000, now[...].parts(at: " OR ") != nil, before[...].parts(at: " OR ") == nil,
      now[...].pieces(between: " AND ").contains(where: { $0.parts(at: " OR ") != nil && $0.joinedAliases.count > 1 })
    else { return [] }
    return [
      .advice(
        "an OR between columns of two tables rules out a hash or merge join: write one query for each side and combine "
          + "them with UNION")
    ]
  }

  private func columns(_ observation: Observation) -> [String] {
    guard let relation else {
      // Of a join: only with the alias is it plain whose column it is.
      return observation.scans.flatMap { scan in
        observation.facts.columns(of: scan.relation).map(\.name).filter {
          now[...].parts(at: "(\(scan.identity.baseAlias).\($0))::") != nil
        }
      }
    }
    return observation.facts.columns(of: relation).map(\.name).filter { now[...].parts(at: $0) != nil }
  }

  /// The side of a comparison in which the column stands beside other words: `EXTRACT(doy FROM p.created)`; nil for
  /// the bare column, a cast of it and the call of a function with no other argument.
  private func expression(around column: String) -> String? {
    for part in now[...].pieces(between: " AND ") {
      for side in part.sides where namesInCondition(side, withTypes: false).contains(column) {
        let text = side.trimmed
        guard text.hasOperator, text.parts(at: "SubPlan ") == nil else { continue }
        return String(text)
      }
    }
    return nil
  }

  /// Whether a condition compares the column as it is.
  private func compares(_ column: String, in condition: String) -> Bool {
    condition[...].pieces(between: " AND ").contains { part in
      part.sides.contains { side in
        // `(p.code)::text` is the column as the operator takes it.
        let bare = (side.parts(at: ")::")?.before ?? side).filter { $0 != "(" }
        return !bare[...].hasOperator && namesInCondition(bare, withTypes: false) == [column]
      }
    }
  }

  /// An expression that leads into a document, as an index has it: `meta #>> '{email}'::text[]`; nil for any other.
  ///
  /// It becomes part of a statement, so nothing may be in it but the column, such operators and plain texts.
  private func pathIndex(_ expression: String, of column: String) -> String? {
    let text = expression.withoutQualifiers
    var rest = text[...]
    var plain = ""
    while let (before, after) = rest.parts(at: "'") {
      guard let (literal, behind) = after.parts(at: "'"), !behind.utf8.starts(with: "'".utf8),
        literal.utf8.allSatisfy({ byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: ","), UInt8(ascii: "."):
            true
          default: false
          }
        })
      else { return nil }
      plain += before
      rest = behind
    }
    plain += rest
    let words = plain.filter { $0 != "(" && $0 != ")" }.split(separator: " ")
    let operators: Set<Substring> = ["->", "->>", "#>", "#>>"]
    let types: Set<Substring> = ["::text", "::text[]"]
    guard words.first == quotedIdentifier(column)[...], words.dropFirst().contains(where: operators.contains),
      words.dropFirst().allSatisfy({ operators.contains($0) || types.contains($0) })
    else { return nil }
    return text
  }

  /// The call of a function whose only column argument is this one, without the alias: `lower(email)`; nil when the
  /// condition before had it too, or has none.
  private func call(around column: String) -> String? {
    // A name that needs quotes has lost them here.
    for name in functionCalls(in: now) where !before.contains("\(name)(") && isPlain(name) {
      guard let rest = now[...].parts(at: "\(name)(")?.after else { continue }
      var depth = 1
      var argument = ""
      for character in rest {
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
        if depth == 0 { break }
        argument.append(character)
      }
      let bare = argument.split(separator: ".").last.map(String.init) ?? argument
      // `(email)::text` is the column as the function takes it.
      let words = bare.filter { $0 != "(" }.split(separator: ")").first.map(String.init) ?? bare
      if words == column || words == quotedIdentifier(column) { return "\(name)(\(quotedIdentifier(column)))" }
    }
    return nil
  }
}

/// Whether a name of a function, with its schema or without, can be written as it stands.
private func isPlain(_ name: String) -> Bool {
  name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { quotedIdentifier(String($0)) == $0 }
}

extension Substring {
  /// The aliases of columns: the names before dots, outside of texts.
  var joinedAliases: Set<String> {
    var aliases: Set<String> = []
    var word = ""
    var isText = false
    for character in self {
      if character == "'" { isText.toggle() }
      if character == ".", !isText, let first = word.first, !first.isNumber { aliases.insert(word) }
      let isPart = character.isLetter || character.isNumber || character == "_" || character == "\""
      word = isPart && !isText ? word + String(character) : ""
    }
    return aliases
  }

  /// The sides of a comparison, without the brackets around it; empty for anything else.
  fileprivate var sides: [Substring] {
    let text = trimmed
    var depth = 0
    var isQuoted = false
    var start = text.startIndex
    // The operator is a word of its own outside of brackets.
    for index in text.utf8.indices {
      switch text.utf8[index] {
      case UInt8(ascii: "'"): isQuoted.toggle()
      case UInt8(ascii: "(") where !isQuoted: depth += 1
      case UInt8(ascii: ")") where !isQuoted: depth -= 1
      case UInt8(ascii: " ") where !isQuoted && depth == 0:
        if Substring.comparisons.contains(text[start..<index]) {
          return [text[..<start].dropLast(), text[text.utf8.index(after: index)...]]
        }
        start = text.utf8.index(after: index)
      default: break
      }
    }
    return []
  }

  private static let comparisons: Set<Substring> = ["=", "<>", "<", "<=", ">", ">=", "~~", "~~*", "@>", "<@", "?"]

  /// Without the brackets around all of it, and without one that only a cut between conditions left.
  fileprivate var trimmed: Substring {
    var text = self
    while text.utf8.first == UInt8(ascii: "(") {
      var (depth, isQuoted) = (0, false)
      var end: Substring.UTF8View.Index?
      for index in text.utf8.indices {
        let byte = text.utf8[index]
        if byte == UInt8(ascii: "'") { isQuoted.toggle() }
        if isQuoted { continue }
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") { depth -= 1 }
        if depth == 0 {
          end = index
          break
        }
      }
      if let end, text.utf8.index(after: end) != text.endIndex { return text }
      text = text.dropFirst()
      if end != nil { text = text.dropLast() }
    }
    return text
  }

  /// Whether something stands beside a column or a call: an operator, or words such as AT TIME ZONE and FROM.
  fileprivate var hasOperator: Bool {
    var isQuoted = false
    return utf8.contains { byte in
      if byte == UInt8(ascii: "'") { isQuoted.toggle() }
      return !isQuoted && byte == UInt8(ascii: " ")
    }
  }
}
