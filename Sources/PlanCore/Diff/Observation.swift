/// The plan of one case in one state of a database, with all that is derived from it.
///
/// A class, since it never changes and is large, and outcomes that hold it are copied often.
package final class Observation: Sendable {
  package let captured: CapturedCase
  package let facts: CatalogFacts
  package let serverMajor: Int
  package let scans: [Scan]
  /// One element a node, in EXPLAIN's order.
  package let estimates: [RowEstimate]

  package init(_ captured: CapturedCase, facts: CatalogFacts, serverMajor: Int) {
    self.captured = captured
    self.facts = facts
    self.serverMajor = serverMajor
    scans = captured.plan.scans(facts: facts)
    estimates = captured.plan.rowEstimates(serverMajor: serverMajor, isGeneric: captured.isGeneric)
  }

  package var plan: Plan { captured.plan }

  package var shape: String { plan.shape(facts: facts) }

  /// The scans at and below a node, its subplans not counted.
  func scans(feeding path: NodePath) -> [Scan] {
    scans.filter { scan in
      guard scan.path.starts(with: path) else { return false }
      var node = plan.root[path]
      for index in scan.path.dropFirst(path.count) {
        node = node.children[index]
        if node.isSubplan { return false }
      }
      return true
    }
  }

  /// The relations below a node as the query names them, each once, sorted. Partitions count as their root.
  func relationSet(at path: NodePath) -> [String] {
    Set(
      scans(feeding: path).map { scan in
        let scopes = scan.identity.scopes.map { $0.kind.description }.joined(separator: "/")
        return "\(scopes):\(scan.identity.root ?? scan.relation) \(scan.identity.baseAlias)"
      }
    ).sorted()
  }

  /// The aliases below a node, for messages: `{o, c}`.
  func aliases(at path: NodePath) -> String {
    var seen: [String] = []
    for scan in scans(feeding: path) where !seen.contains(scan.identity.baseAlias) {
      seen.append(scan.identity.baseAlias)
    }
    return "{" + seen.joined(separator: ", ") + "}"
  }
}

/// Two observations of one case: what was accepted, and what is. Every rule and every report reads this.
package struct CaseComparison: Sendable {
  /// Nil for a case that has no baseline yet.
  package let baseline: Observation?
  package let current: Observation
  package let matching: ScanMatching
  package let isShapeChanged: Bool
  /// Nodes, in the baseline and now, whose growth is excused by a waiver; the whole plan is then judged without it.
  var excused: [(baseline: NodePath, current: NodePath)] = []

  package init(baseline: Observation?, current: Observation) {
    self.baseline = baseline
    self.current = current
    matching = ScanMatching(baseline: baseline?.scans ?? [], current: current.scans)
    isShapeChanged = baseline.map { $0.shape != current.shape } ?? false
  }

  package var isOtherMajor: Bool { baseline.map { $0.serverMajor != current.serverMajor } ?? false }
}
