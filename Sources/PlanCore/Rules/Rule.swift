/// A rule: what it is called, what a manifest can set, and how it judges.
package struct Rule: Sendable {
  /// A number or a switch that a manifest can set beside `severity`.
  package struct Parameter: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
      case number(Double)
      case flag(Bool)
      case word(String)
    }

    package let name: String
    package let defaultValue: Value
    /// The smallest number that makes sense.
    package var minimum: Double = 0
    /// The words that it may be.
    package var words: [String] = []
    package let summary: String
  }

  /// Kebab-case; the contract's name.
  package let id: String
  package let defaultSeverity: Severity
  /// The headline rules judge on any server major, the others only warn on another one.
  package let isHeadline: Bool
  /// Judges figures of the whole plan, which follow from those of its nodes.
  package var isWholePlan = false
  package let summary: String
  /// What usually mends it.
  package let fix: String
  package let parameters: [Parameter]
  /// Its findings, with the severity of the settings.
  package let findings: @Sendable (CaseComparison, RuleSettings) -> [Finding]
}

/// What a manifest sets of one rule.
package struct RuleSettings: Equatable, Sendable {
  package var severity: Severity
  package var values: [String: Rule.Parameter.Value]

  package init(severity: Severity, values: [String: Rule.Parameter.Value] = [:]) {
    self.severity = severity
    self.values = values
  }

  package init(_ rule: Rule) {
    severity = rule.defaultSeverity
    values = Dictionary(uniqueKeysWithValues: rule.parameters.map { ($0.name, $0.defaultValue) })
  }

  package func number(_ name: String) -> Double {
    if case .number(let number)? = values[name] { number } else { 0 }
  }

  func word(_ name: String) -> String {
    if case .word(let word)? = values[name] { word } else { "" }
  }

  package func flag(_ name: String) -> Bool { values[name] == .flag(true) }
}

extension Rule {
  /// All rules, in the order in which their findings are reported.
  package static let all: [Rule] = [
    .seqScan, .rowEstimate, .indexCondLost, .buffers, .cost, .rowsRemoved, .nestedLoop, .subplanPerRow,
    .partitionPruning, .sortSpill, .hashSpill, .newSeqScan, .indexOnlyHeapFetches, .lossyBitmap, .indexChanged,
    .joinChanged, .parallelism, .jit, .newQuery, .planChanged, .time,
  ]

  /// The finding of a case that did not end in time. No rule of the manifest: it cannot be switched off.
  package static let timeoutID = "timeout"
}
