/// A finding that is accepted for now.
package struct Waiver: Equatable, Sendable {
  package let rule: String
  /// A glob over `schema.name`; it matches a partition or its root.
  ///
  /// Nil matches all.
  package let relation: String?
  package let alias: String?
  package let reason: String
  /// The last day, in UTC, on which it counts; nil if it counts forever.
  package let until: Day?
  /// Where the manifest has it, from 1.
  package let line: Int?

  package init(
    rule: String, relation: String? = nil, alias: String? = nil, reason: String, until: Day? = nil,
    line: Int? = nil
  ) {
    self.rule = rule
    self.relation = relation
    self.alias = alias
    self.reason = reason
    self.until = until
    self.line = line
  }

  func matches(_ finding: Finding) -> Bool {
    guard finding.rule == rule, alias == nil || alias == finding.alias else { return false }
    guard let relation else { return true }
    return [finding.relation, finding.root].contains { $0.map { isGlob(relation, matching: $0.description) } ?? false }
  }

  package func isExpired(on today: Day) -> Bool { until.map { $0 < today } ?? false }
}

/// Whether a glob matches the whole text: `*` is any run of characters, `?` any one.
///
/// Upper and lower case differ.
package func isGlob(_ glob: String, matching text: String) -> Bool {
  let (glob, text) = (Array(glob), Array(text))
  var (g, t, star, mark) = (0, 0, -1, 0)
  while t < text.count {
    if g < glob.count, glob[g] == "*" {
      (star, mark) = (g, t)
      g += 1
    } else if g < glob.count, glob[g] == "?" || glob[g] == text[t] {
      g += 1
      t += 1
    } else if star >= 0 {
      mark += 1
      (g, t) = (star + 1, mark)
    } else {
      return false
    }
  }
  return glob[g...].allSatisfy { $0 == "*" }
}
