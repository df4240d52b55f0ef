extension CaseComparison {
  /// The causes, those first that concern what a finding that fails scanned, and of these those that fit the first such
  /// finding: a lost estimate hardly comes from an index, a lost index scan hardly from statistics.
  package func causes(of findings: [Finding]) -> [Cause] {
    let failing = findings.filter(\.isFailing)
    let scanned = Set(failing.flatMap { [$0.relation, $0.root].compactMap { $0 } })
    let isEstimate = failing.first?.rule == Rule.rowEstimate.id
    func rank(_ cause: Cause) -> Int {
      let isFitting = isEstimate ? cause.isOfStatistics : cause.isOfIndex
      return (cause.relation.map(scanned.contains) ?? false ? 0 : 2) + (isFitting ? 0 : 1)
    }
    let causes = causes
    return (0..<4).flatMap { place in causes.filter { rank($0) == place } }
  }
}

extension Cause {
  fileprivate var isOfIndex: Bool { if case .index = self { true } else { false } }

  fileprivate var isOfStatistics: Bool {
    switch self {
    case .statisticsGone, .statisticsChanged: true
    default: false
    }
  }
}
