import JSON

extension CaseComparison {
  /// The causes that can explain the findings, the likeliest first: those that concern what a finding that fails
  /// scanned, and of these those that fit the first such finding.
  ///
  /// A lost estimate hardly comes from an index, a lost index scan hardly from statistics. Sizes come last. What no
  /// plan of the case has anything to do with is left out, unless nothing else is left.
  package func causes(of findings: [Finding]) -> [Cause] {
    let causes = causes
    let use = PlanUse(self)
    let relevant = causes.filter(use.canExplain)
    let failing = findings.filter(\.isFailing)
    let ranking = CauseRanking(failing: failing, comparison: self)
    let ranked = (relevant.isEmpty ? causes : relevant).enumerated().map { (ranking.rank($1), $0, $1) }
    return ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }
}

/// How well a cause fits the findings that fail.
private struct CauseRanking {
  let scanned: Set<RelationName>
  /// The indexes that the scan of the first finding used before.
  let indexes: Set<String>
  /// Their definitions, which an index of a partitioned table shares with those of its partitions.
  let definitions: Set<String>
  /// The conditions of that scan, before and now.
  let conditions: String
  /// The number of each parameter, by its name.
  let positions: [String: Int]
  let isEstimate: Bool
  let isMemory: Bool

  init(failing: [Finding], comparison: CaseComparison) {
    let named = Set(failing.flatMap { [$0.relation, $0.root].compactMap { $0 } })
    // A finding on the whole plan concerns all that it reads.
    scanned = named.isEmpty ? comparison.scanned : named
    let first = failing.first
    isEstimate = first?.rule == Rule.rowEstimate.id
    isMemory = first.map { ["sort-spill", "hash-spill", "lossy-bitmap"].contains($0.rule) } ?? false
    let scans = [
      first?.baselinePath.flatMap { comparison.baseline?.scan(at: $0) },
      first?.path.flatMap { comparison.current.scan(at: $0) },
    ].compactMap(\.self)
    indexes = Set(scans.flatMap(\.indexNames))
    definitions = Set(
      scans.flatMap { scan in
        let facts = comparison.baseline?.facts[scan.relation]
        return scan.indexNames.compactMap { facts?.index(named: $0)?.definition }
      })
    conditions = scans.flatMap { scan in
      ["Index Cond", "Recheck Cond", "Filter"].compactMap { scan.node.text($0) }
    }.joined(separator: " ")
    let names = (comparison.current.captured.parameterTypes ?? []).map(\.name)
    positions = Dictionary(zip(names, 1...)) { first, _ in first }
  }

  /// 0 fits best.
  func rank(_ cause: Cause) -> Int {
    if cause.isSize { return cause.relation.map(scanned.contains) ?? false ? 8 : 9 }
    guard let relation = cause.relation else {
      if case .setting(let change) = cause, isMemory, change.name.contains("mem") { return 0 }
      if case .parameterType(let name, let before, let now) = cause, uses(name, [before, now]) { return 0 }
      return cause.isEvidence || cause.isNewDefinition ? 5 : 4
    }
    switch cause {
    // Of another table's column, which the finding's scan is joined with.
    case .columnTypeChanged, .columnAttributeChanged: if fits(cause) { return 0 }
    default: break
    }
    if cause.isEvidence { return 5 }
    return (scanned.contains(relation) ? 0 : 6) + (fits(cause) ? 0 : 1)
  }

  private func fits(_ cause: Cause) -> Bool {
    switch cause {
    case .statisticsGone, .statisticsChanged: isEstimate
    case .share(_, let column, _, _, _): isNamed(column)
    case .columnAttributeChanged(_, let column, let attribute, _, _):
      (isEstimate || attribute == .collation || attribute == .generated) && isNamed(column)
    case .columnTypeChanged(_, let column, _, _), .columnGone(_, let column), .nullability(_, let column, _):
      isNamed(column)
    case .index(_, let change):
      !isEstimate
        && (indexes.isEmpty
          || change.indexes.contains { indexes.contains($0.name) || definitions.contains($0.definition) })
    case .text, .condition, .partitionNew, .policyGone, .policyNew, .triggerNew, .triggerChanged, .foreignKey: true
    default: false
    }
  }

  /// Whether the conditions use a parameter, or show a value of it: `'42'::bigint`.
  private func uses(_ parameter: String, _ types: [String]) -> Bool {
    if let number = positions[parameter], dottedNames(in: conditions).contains(where: { $0.name == "$\(number)" }) {
      return true
    }
    return types.contains { type in conditions[...].parts(at: "::\(type)") != nil }
  }

  private func isNamed(_ column: String) -> Bool { conditions[...].parts(at: column) != nil }
}

/// What the two plans of a case use of the catalog.
private struct PlanUse {
  /// Relation and index.
  private var indexes: Set<[String]> = []
  /// Root and definition of the indexes of partitions.
  private var definitions: Set<[String]> = []
  /// Every expression of the plans.
  private var text = ""
  private let scanned: Set<RelationName>
  private let mayWrite: Bool
  private let isOlderBaseline: Bool

  init(_ comparison: CaseComparison) {
    scanned = comparison.scanned
    mayWrite = comparison.mayWrite
    isOlderBaseline = comparison.baseline.map { $0.format < .two } ?? false
    for observation in [comparison.baseline, comparison.current].compactMap(\.self) {
      let inner = observation.captured.inner.plans.flatMap { $0.scans(facts: observation.facts) }
      for scan in observation.scans + (observation.alternativeScans ?? []) + inner {
        // A partial index implies its predicate, so that no condition has it.
        for predicate in observation.facts[scan.relation]?.predicates(of: scan.indexNames) ?? [] {
          text += predicate + "\n"
        }
        for name in scan.indexNames {
          indexes.insert([scan.relation.description, name])
          // An index of a partitioned table goes with those of its partitions.
          guard let root = scan.identity.root,
            let index = observation.facts[scan.relation]?.index(named: name)
          else { continue }
          definitions.insert([root.description, index.definition])
        }
      }
      for plan in observation.allPlans {
        plan.root.forEachNode { node, _ in
          for property in node.properties {
            if case .string(let value) = property.value { text += value + "\n" }
            guard case .array(let values) = property.value else { continue }
            text += values.compactMap(\.stringValue).joined(separator: "\n")
          }
        }
      }
    }
  }

  func canExplain(_ cause: Cause) -> Bool {
    switch cause {
    case .index(let relation, let change):
      change.indexes.contains { index in
        indexes.contains([relation.description, index.name]) || index.isUnique || index.hasStatistics
          || definitions.contains([relation.description, index.definition])
      }
        // Writing maintains each index; an older baseline does not know which ones were unique.
        || mayWrite && scanned.contains(relation) || isOlderBaseline && change.lost != nil
        || change.touchesUniqueness
    case .columnAttributeChanged(_, let column, _, _, _), .nullability(_, let column, _):
      text[...].parts(at: column) != nil
    // One that the case asks for, or, without any, each.
    case .share(let relation, _, let value, _, _):
      scanned.contains(relation) && (value.map { text[...].parts(at: "'\($0)'") != nil } ?? true)
    case .foreignKey(let change):
      mayWrite || scanned.contains(change.key.relation) && scanned.contains(change.key.references)
    default: true
    }
  }
}

extension IndexChange {
  /// The index, as it was or is.
  fileprivate var indexes: [IndexFacts] {
    switch self {
    case .gone(let index), .redefined(let index, _, _), .redundant(let index, _), .invalid(let index),
      .traits(let index, _), .new(let index):
      [index]
    case .renamed(let index, let now): [index, IndexFacts(name: now, definition: index.definition)]
    }
  }

  fileprivate var touchesUniqueness: Bool {
    if case .traits(let index, let before) = self { index.isUnique != before.contains(.unique) } else { false }
  }
}

extension IndexFacts {
  /// Whether ANALYZE gathers statistics for it: of an index on an expression.
  fileprivate var hasStatistics: Bool {
    let columns = definition[...].parts(at: " INCLUDE ")?.before ?? definition[...].parts(at: " WHERE ")?.before
    return (columns ?? definition[...]).utf8.count { $0 == UInt8(ascii: "(") } > 1
  }
}
