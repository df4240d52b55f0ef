/// The plan of one case in one state of a database, with all that is derived from it.
///
/// A class, since it never changes and is large, and outcomes that hold it are copied often.
package final class Observation: Sendable {
  package let captured: CapturedCase
  package let facts: CatalogFacts
  package let serverMajor: ServerMajor
  /// The format of the baseline that this comes from: what it lacks is neither judged nor called unchanged.
  package let format: BaselineFormat
  package let scans: [Scan]
  /// One element a node, in EXPLAIN's order.
  package let estimates: [RowEstimate]
  /// The scans under `enable_seqscan = off`; nil when the server was not asked.
  let alternativeScans: [Scan]?
  /// Which of them answers to which scan, by the scan's path.
  let alternatives: [NodePath: Scan]
  /// The relations below each node, in EXPLAIN's order.
  let relationSets: [RelationSet]

  package convenience init(_ captured: CapturedCase, of query: QueryCapture) {
    self.init(captured, facts: query.facts, serverMajor: query.serverMajor, format: query.format)
  }

  package init(
    _ captured: CapturedCase, facts: CatalogFacts, serverMajor: ServerMajor, format: BaselineFormat = .newest
  ) {
    self.captured = captured
    self.format = format
    self.facts = facts
    self.serverMajor = serverMajor
    scans = captured.plan.scans(facts: facts)
    estimates = captured.plan.rowEstimates(serverMajor: serverMajor, isGeneric: captured.isGeneric)
    alternativeScans = captured.planWithoutSeqScans?.scans(facts: facts)
    alternatives = Dictionary(
      ScanMatching(baseline: scans, current: alternativeScans ?? []).pairs.map { ($0.baseline.path, $0.current) },
      uniquingKeysWith: { first, _ in first })
    relationSets = RelationSets(captured.plan.root, scans: scans).sets
  }

  package var plan: Plan { captured.plan }

  package var shape: String { plan.shape(facts: facts) }

  /// The scans at and below a node, its subplans not counted.
  func scans(feeding path: NodePath) -> some Sequence<Scan> {
    scans.elements(below: path).lazy.filter { $0.subplanDepth <= path.count }
  }

  /// The aliases below a node, for messages: `{o, c}`.
  ///
  /// Of many the first ones.
  func aliases(at path: NodePath) -> String {
    var seen: Set<String> = []
    var aliases: [String] = []
    for scan in scans(feeding: path) where seen.insert(scan.identity.baseAlias).inserted {
      guard aliases.count < Observation.shownAliases else {
        aliases.append("…")
        break
      }
      aliases.append(scan.identity.baseAlias)
    }
    return "{" + aliases.joined(separator: ", ") + "}"
  }

  private static let shownAliases = 30
}

/// Two observations of one case: what was accepted, and what is.
///
/// Every rule and every report reads this.
package struct CaseComparison: Sendable {
  /// Nil for a case that has no baseline yet.
  package let baseline: Observation?
  package let current: Observation
  package let matching: ScanMatching
  package let isShapeChanged: Bool
  /// Nodes, in the baseline and now, whose growth is excused by a waiver; the whole plan is then judged without it.
  var excused: [(baseline: NodePath, current: NodePath)] = []

  /// Whether the catalogs and the servers are known; of plans in files they are not.
  package var knowsCatalog = true

  /// How messages name the state before.
  package let label: StateLabel

  package init(baseline: Observation?, current: Observation, label: StateLabel = .baseline) {
    self.label = label
    self.baseline = baseline
    self.current = current
    matching = ScanMatching(baseline: baseline?.scans ?? [], current: current.scans)
    isShapeChanged = baseline.map { $0.shape != current.shape } ?? false
  }

  package var isOtherMajor: Bool { baseline.map { $0.serverMajor != current.serverMajor } ?? false }
}
