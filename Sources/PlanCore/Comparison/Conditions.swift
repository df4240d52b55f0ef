/// The conditions of a plan, part by part, in a form in which two plans of one query can be compared.
///
/// A planner moves a condition from a filter to an index or into a join and turns its sides round; none of that is a
/// change.
struct PlanConditions {
  /// A part of a condition that is true for every row that comes out of a node.
  struct Part {
    /// As EXPLAIN prints it.
    let text: String
    /// In the form that is compared.
    let key: String
    /// Whether it is only the way to look for what a filter asks, as `name >= 'a'` is for `name LIKE 'a%'`.
    var isDerived = false
  }

  /// The parts of each node that has some, by its path.
  private(set) var parts: [(path: NodePath, node: PlanNode, parts: [Part])] = []
  /// The positions in `parts` by path.
  private var places: [NodePath: Int] = [:]
  /// The keys of all parts, and of the predicates of the partial indexes that are used.
  private(set) var keys: Set<String> = []
  /// The predicates of the partial indexes that scans go through, by the scan's path.
  private(set) var predicates: [NodePath: [Part]] = [:]
  /// Expressions that are equal to each other, by their representative.
  private var classes: [String: String] = [:]

  /// - Parameter hidesLiterals: whether two parts that differ in values only are the same.
  init(_ observation: Observation, hidesLiterals: Bool) {
    observation.plan.root.forEachNode { node, path in
      let parts = PlanConditions.keysOfConditions.flatMap { key in
        (node.text(key) ?? "").conjuncts.map { text in
          Part(text: text, key: text.comparable(hidingLiterals: hidesLiterals), isDerived: key.isDerivable(in: node))
        }
      }
      if parts.isEmpty { return }
      places[path] = self.parts.count
      self.parts.append((path, node, parts))
      for part in parts {
        keys.insert(part.key)
        join(part.key)
      }
    }
    for scan in observation.scans {
      let facts = observation.facts[scan.relation]
      for name in scan.indexNames {
        guard let predicate = facts?.index(named: name)?.definition[...].parts(at: " WHERE ")?.after else { continue }
        for text in String(predicate).conjuncts {
          let key = text.comparable(hidingLiterals: hidesLiterals).withoutQualifiers
          keys.insert(key)
          predicates[scan.path, default: []].append(Part(text: text, key: key))
        }
      }
    }
  }

  private static let keysOfConditions = [
    "Index Cond", "Recheck Cond", "Filter", "Hash Cond", "Merge Cond", "Join Filter", "TID Cond", "Order By",
  ]

  func parts(at path: NodePath) -> [Part] { places[path].map { parts[$0].parts } ?? [] }

  /// Whether the plan has a part, or one that says the same.
  func has(_ part: Part) -> Bool {
    if part.isDerived || keys.contains(part.key) || keys.contains(part.key.withoutQualifiers) { return true }
    // How a sub-select runs is no condition, and a join may do the same: its own conditions are compared at its scans.
    // Beside an OR it keeps the others from leading an index.
    if part.text[...].parts(at: "SubPlan ") != nil, part.key[...].parts(at: " OR ") == nil { return true }
    guard let (left, right) = part.key.sidesOfEquality else { return false }
    return representative(left) == representative(right)
  }

  /// Whether the plan has a part, whatever the aliases: a view or the predicate of an index has others.
  func hasUnqualified(_ part: Part) -> Bool {
    let bare = part.key.withoutQualifiers
    return keys.contains { $0 == bare || $0.withoutQualifiers == bare }
  }

  private mutating func join(_ key: String) {
    guard let (left, right) = key.sidesOfEquality else { return }
    let (a, b) = (representative(left), representative(right))
    if a != b { classes[a] = b }
  }

  private func representative(_ expression: String) -> String {
    var expression = expression
    while let next = classes[expression] { expression = next }
    return expression
  }
}

extension CaseComparison {
  /// The conditions that read otherwise than before, at most a few: first those of scans, then those of joins.
  var conditionChanges: [ConditionChange] {
    guard let baseline, !isOtherMajor else { return [] }
    let hidesLiterals = baseline.captured.parametersFingerprint != current.captured.parametersFingerprint
    let (old, new) = (
      PlanConditions(baseline, hidesLiterals: hidesLiterals), PlanConditions(current, hidesLiterals: hidesLiterals)
    )
    func difference(
      _ before: [PlanConditions.Part], _ now: [PlanConditions.Part], _ relation: RelationName?, _ name: String
    ) -> ConditionDifference {
      ConditionDifference(
        lost: before.filter { !new.has($0) }, gained: now.filter { !old.has($0) }, relation: relation, name: name)
    }
    var scans = (matching.pairs + pairsMovedIntoSubPlans).map { pair in
      var change = difference(
        old.parts(at: pair.baseline.path), new.parts(at: pair.current.path), pair.current.relation,
        pair.current.identity.description)
      // What a partial index implies is in no condition of the plan that goes through it.
      if change.lost.isEmpty, !change.gained.isEmpty {
        let columns = Set(change.gained.flatMap { namesInCondition($0.text, withTypes: false) })
        change.lost = (old.predicates[pair.baseline.path] ?? []).filter { part in
          !new.hasUnqualified(part) && !columns.isDisjoint(with: namesInCondition(part.text, withTypes: false))
        }
      }
      return change
    }
    var joins: [ConditionDifference] = []
    // The condition of a join that is no longer needed, or new, says no more than the scans do.
    if matching.unmatchedBaseline.isEmpty, matching.unmatchedCurrent.isEmpty {
      let isScan = { (node: PlanNode) in node.relationName != nil || node.nodeType.hasPrefix("Bitmap") }
      let (before, now) = (old.parts.filter { !isScan($0.node) }, new.parts.filter { !isScan($0.node) })
      let place = now.first { $0.parts.contains { !old.has($0) } }
      let name =
        place.map { current.name(at: $0.path) }
        ?? before.first { $0.parts.contains { !new.has($0) } }.map { baseline.name(at: $0.path) } ?? ""
      joins = [difference(before.flatMap(\.parts), now.flatMap(\.parts), nil, name)]
    }
    // What an index was searched for may now be what a join compares, and the other way round.
    if joins.first.map({ $0.lost.isEmpty && !$0.gained.isEmpty }) ?? false {
      joins[0].lost = scans.filter(\.gained.isEmpty).flatMap(\.lost)
      scans.removeAll(where: \.gained.isEmpty)
    } else if joins.first.map({ $0.gained.isEmpty && !$0.lost.isEmpty }) ?? false,
      let place = scans.firstIndex(where: { $0.lost.isEmpty && !$0.gained.isEmpty })
    {
      scans[place].lost = joins[0].lost
      joins = []
    }
    var seen: Set<[String]> = []
    let changes = (scans + joins).filter { change in
      // Each partition has the conditions of its parent.
      !(change.lost.isEmpty && change.gained.isEmpty)
        && seen.insert(change.lost.map(\.key) + ["->"] + change.gained.map(\.key)).inserted
    }
    return changes.prefix(CaseComparison.shownConditions).map { change in
      ConditionChange(
        relation: change.relation, scan: change.name, before: change.lost.map(\.text).unique.joined(separator: " AND "),
        now: change.gained.map(\.text).unique.joined(separator: " AND "))
    }
  }

  static let shownConditions = 3

  /// Scans that were in a sub-select that runs once, and are in one that runs once per row.
  private var pairsMovedIntoSubPlans: [ScanMatching.Pair] {
    var waiting = matching.unmatchedBaseline
    return matching.unmatchedCurrent.compactMap { scan in
      guard case .subPlan? = scan.identity.scopes.last,
        let place = waiting.firstIndex(where: { before in
          guard case .initPlan? = before.identity.scopes.last else { return false }
          return before.relation == scan.relation && before.identity.baseAlias == scan.identity.baseAlias
        })
      else { return nil }
      return ScanMatching.Pair(baseline: waiting.remove(at: place), current: scan)
    }
  }
}

/// The parts of a condition that one state has and the other has not.
private struct ConditionDifference {
  var lost: [PlanConditions.Part]
  let gained: [PlanConditions.Part]
  let relation: RelationName?
  let name: String
}

extension [String] {
  fileprivate var unique: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}

extension String {
  /// The parts that AND joins; a condition of many kilobytes is one part.
  fileprivate var conjuncts: [String] {
    let bytes = Array(utf8)
    guard let first = bytes.first, bytes.count < 20_000 else { return isEmpty ? [] : [self] }
    guard first == UInt8(ascii: "("), bytes.last == UInt8(ascii: ")"), self[...].parts(at: "CASE ") == nil else {
      return [self]
    }
    var pieces: [String] = []
    var (depth, start, index) = (0, 1, 0)
    var quote: UInt8?
    let and = Array(" AND ".utf8)
    while index < bytes.count {
      let byte = bytes[index]
      if let open = quote {
        if byte == open { quote = nil }
      } else {
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
        case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"):
          depth -= 1
          // `(a) OR (b)` has no bracket around all of it.
          if depth == 0, index + 1 < bytes.count { return [self] }
        default: break
        }
        if depth == 1, bytes[index...].starts(with: and) {
          pieces.append(String(decoding: bytes[start..<index], as: UTF8.self))
          index += and.count
          start = index
          continue
        }
      }
      index += 1
    }
    if pieces.isEmpty { return [self] }
    return pieces + [String(decoding: bytes[start..<bytes.count - 1], as: UTF8.self)]
  }

  /// A part of a condition without what the planner chooses: numbers of sub-selects, parameters and partitions, and
  /// which side stands first.
  fileprivate func comparable(hidingLiterals: Bool) -> String {
    var output: [UInt8] = []
    let bytes = Array(utf8)
    var index = 0
    func isWord(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...,
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "$"):
        true
      default: false
      }
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "'") {
        var end = index + 1
        while end < bytes.count, bytes[end] != byte { end += 1 }
        output += hidingLiterals ? [UInt8(ascii: "?")] : Array(bytes[index..<min(end + 1, bytes.count)])
        index = end + 1
      } else if isWord(byte) {
        var end = index
        while end < bytes.count, isWord(bytes[end]) { end += 1 }
        var word = bytes[index..<end]
        if byte == UInt8(ascii: "$") {
          word = [byte]
        } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
          let isNumbered = output.hasSuffix("Plan ")
          if isNumbered || hidingLiterals { word = [UInt8(ascii: "?")] }
        } else if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
          // `events_3` is the third partition that is printed.
          let digits = word.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
          if digits > 0, word.dropLast(digits).last == UInt8(ascii: "_") { word = word.dropLast(digits + 1) }
        }
        output += word
        index = end
      } else {
        output.append(byte)
        index += 1
      }
    }
    return String(decoding: output, as: UTF8.self).withPlainSubSelects.withSidesInOrder
  }

  /// With `$` for each sub-select: whether it runs once, per row or through a hash table is the planner's choice.
  private var withPlainSubSelects: String {
    guard self[...].parts(at: "Plan ?") != nil else { return self }
    var text = self
    for form in [
      "(alternatives: SubPlan ? or hashed SubPlan ?)", "(hashed SubPlan ?)", "(SubPlan ?)", "(InitPlan ?)",
    ] {
      text = text[...].pieces(between: form).joined(separator: "$")
    }
    return text[...].pieces(between: "$.col1").joined(separator: "$")
  }

  /// `(a = 1)` for `(1 = a)`, `(a > 1)` for `(1 < a)`, `a` for `(a = true)`.
  private var withSidesInOrder: String {
    for (sign, turned) in [("=", "="), ("<", ">"), (">", "<"), ("<=", ">="), (">=", "<="), ("<>", "<>")] {
      guard let (left, right) = sides(of: sign) else { continue }
      if sign == "=", right == "true" { return left }
      if sign == "=", right == "false" { return "(NOT \(left))" }
      return left <= right ? self : "(\(right) \(turned) \(left))"
    }
    return self
  }

  fileprivate var sidesOfEquality: (String, String)? { sides(of: "=") }

  /// The sides of an operator that stands alone within the outer brackets.
  private func sides(of sign: String) -> (String, String)? {
    guard utf8.first == UInt8(ascii: "("), utf8.last == UInt8(ascii: ")"), utf8.count < 2000 else { return nil }
    let inner = dropFirst().dropLast()
    let pieces = inner.pieces(between: " \(sign) ")
    // A sign within brackets or quotes leaves them open on its left side.
    guard pieces.count == 2, pieces.allSatisfy({ $0.isBalanced && $0.pieces(between: " ").count <= 3 }) else {
      return nil
    }
    return (String(pieces[0]), String(pieces[1]))
  }

  /// A condition as a definition has it: without the aliases before columns.
  var withoutQualifiers: String {
    var output: [UInt8] = []
    var word: [UInt8] = []
    var quote: UInt8?
    for byte in utf8 {
      if let open = quote {
        output.append(byte)
        if byte == open { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
        word.append(byte)
      case UInt8(ascii: "0")...UInt8(ascii: "9") where !word.isEmpty: word.append(byte)
      case UInt8(ascii: ".") where !word.isEmpty: word = []
      default:
        output += word
        word = []
        output.append(byte)
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { quote = byte }
      }
    }
    return String(decoding: output + word, as: UTF8.self)
  }

  /// Whether a condition under this key can be derived from a filter of the node: a prefix or a network that an index
  /// finds as a range.
  fileprivate func isDerivable(in node: PlanNode) -> Bool {
    guard self == "Index Cond" || self == "Recheck Cond", let filter = node.text("Filter") else { return false }
    return [" ~~ ", " ~~* ", " ~ ", " ~* ", " ^@ ", "starts_with", " << ", " <<= "].contains {
      filter[...].parts(at: $0) != nil
    }
  }
}

extension Substring {
  fileprivate var isBalanced: Bool {
    var depth = 0
    var quotes = 0
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "'"): quotes += 1
      default: break
      }
      if depth < 0 { return false }
    }
    return depth == 0 && quotes % 2 == 0
  }
}

extension [UInt8] {
  fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
