import JSON

/// The names in the conditions, join conditions and grouping keys of a case, by the relation that they belong to.
///
/// It covers the plan of the case and those of what runs inside. A partition's names count for its root too.
struct NamedColumns {
  /// Names of columns, and of the functions around them, by relation.
  private(set) var names: [RelationName: Set<String>] = [:]
  /// The relations that are read.
  private(set) var relations: Set<RelationName> = []
  /// Those that an Index Only Scan reads.
  private(set) var readByIndexOnly: Set<RelationName> = []

  private static let conditions = [
    "Index Cond", "Recheck Cond", "Filter", "Order By", "TID Cond", "Hash Cond", "Merge Cond", "Join Filter",
  ]
  private static let keys = ["Group Key", "Grouping Sets", "Group Keys", "Hash Keys"]

  init(_ observation: Observation) {
    for plan in observation.allPlans { add(plan, observation.facts) }
  }

  private mutating func add(_ plan: Plan, _ facts: CatalogFacts) {
    var aliases: [String: [RelationName]] = [:]
    for scan in plan.scans(facts: facts) {
      let owners = [scan.relation] + [scan.identity.root].compactMap(\.self)
      relations.formUnion(owners)
      if scan.access == .indexOnlyScan { readByIndexOnly.formUnion(owners) }
      for alias in Set([scan.node.alias, scan.identity.baseAlias].compactMap(\.self)) {
        aliases[alias, default: []] += owners
      }
    }
    plan.root.forEachNode { node, _ in
      var texts = NamedColumns.conditions.compactMap { node.text($0) }
      for property in node.properties where NamedColumns.keys.contains(property.key) {
        property.value.addTexts(to: &texts)
      }
      // A Unique removes duplicates by the order of its input.
      if node.nodeType == "Unique" { node.children.first?["Sort Key"]?.addTexts(to: &texts) }
      for text in texts {
        let words = dottedNames(in: text)
        let plain = Set(words.lazy.filter { $0.qualifier == nil }.map(\.name))
        let owner = node.relation.map { [$0] + [facts.root(of: $0)].compactMap(\.self) } ?? []
        for relation in owner { names[relation, default: []].formUnion(plain) }
        for word in words {
          guard let qualifier = word.qualifier else { continue }
          for relation in aliases[qualifier] ?? [] {
            names[relation, default: []].insert(word.name)
            // With the functions that stand around it.
            names[relation, default: []].formUnion(plain)
          }
        }
      }
    }
  }
}

extension JSON {
  /// Adds the texts in a value, however deep.
  fileprivate func addTexts(to texts: inout [String]) {
    switch self {
    case .string(let text): texts.append(text)
    case .array(let values): for value in values { value.addTexts(to: &texts) }
    case .object(let members): for member in members { member.value.addTexts(to: &texts) }
    default: break
    }
  }
}

/// The names in a text of EXPLAIN, each with the alias before it; literals are left out.
///
/// By bytes: Characters of a condition of megabytes would take seconds.
func dottedNames(in text: String) -> [(qualifier: String?, name: String)] {
  var found: [(qualifier: String?, name: String)] = []
  var qualifier: String?
  let bytes = Array(text.utf8)
  var index = 0
  func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...,
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
      true
    default: false
    }
  }
  /// The position after a quoted text that begins at `index`; two quotes stand for one.
  func end(ofQuoted quote: UInt8) -> Int {
    var end = index + 1
    while end < bytes.count {
      if bytes[end] == quote {
        guard end + 1 < bytes.count, bytes[end + 1] == quote else { return end + 1 }
        end += 1
      }
      end += 1
    }
    return end
  }
  while index < bytes.count {
    let byte = bytes[index]
    if byte == UInt8(ascii: "'") {
      index = end(ofQuoted: byte)
      qualifier = nil
      continue
    }
    let isQuoted = byte == UInt8(ascii: "\"")
    guard isQuoted || isWord(byte) else {
      qualifier = nil
      index += 1
      continue
    }
    var name: String
    if isQuoted {
      let end = end(ofQuoted: byte)
      name = String(decoding: bytes[(index + 1)..<max(end - 1, index + 1)], as: UTF8.self)
        .replacing("\"\"", with: "\"")
      index = end
    } else {
      var end = index
      while end < bytes.count, isWord(bytes[end]) { end += 1 }
      name = String(decoding: bytes[index..<end], as: UTF8.self)
      index = end
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      qualifier = name
      index += 1
    } else {
      found.append((qualifier, name))
      qualifier = nil
    }
  }
  return found
}
