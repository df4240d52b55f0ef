extension Rule {
  /// Another join method or order.
  static let joinChanged = Rule(
    id: "join-changed", defaultSeverity: .warn, summary: "another join method or order",
    fix: "none if it is as good; compare cost and buffers"
  ) { comparison, _ in
    comparison.joinDifferences.map { FindingDraft($0.text) }
  }
}
