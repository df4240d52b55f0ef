/// The settings of one rule: its severity and the values of its keys.
package struct RuleSettings: Equatable, Sendable {
  package var severity: Severity
  /// By the key's name; a key that is missing has its default.
  package var values: [String: Rule.Parameter.Value]

  package init(severity: Severity, values: [String: Rule.Parameter.Value] = [:]) {
    self.severity = severity
    self.values = values
  }

  /// The defaults of a rule.
  package init(_ rule: Rule) {
    severity = rule.defaultSeverity
    values = Dictionary(uniqueKeysWithValues: rule.parameters.map { ($0.name, $0.defaultValue) })
  }

  subscript<Value>(key: RuleKey<Value>) -> Value { values[key.name].flatMap(Value.init) ?? key.defaultValue }
}
