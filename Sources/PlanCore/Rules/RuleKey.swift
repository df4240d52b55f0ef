/// A key of a rule, which a manifest can set beside `severity`.
///
/// `settings[key]` reads its value.
///
/// A rule keeps its keys private to its file, so no rule can read the key of another one by mistake.
struct RuleKey<Value: RuleKeyValue>: Sendable {
  let name: String
  let defaultValue: Value
  /// The smallest number that makes sense; it applies to numbers alone.
  let minimum: Double
  /// The summary of what the key sets, one line without a final full stop.
  let summary: String
}

extension RuleKey where Value == Double {
  init(_ name: String, default value: Double, atLeast minimum: Double, _ summary: String) {
    self.init(name: name, defaultValue: value, minimum: minimum, summary: summary)
  }
}

extension RuleKey {
  init(_ name: String, default value: Value, _ summary: String) {
    self.init(name: name, defaultValue: value, minimum: 0, summary: summary)
  }
}

/// The type of a key's value: a number, a switch, or an enum whose cases are the words that a manifest can give.
protocol RuleKeyValue: Sendable {
  /// The words that the value may be; empty for numbers and switches.
  static var words: [String] { get }

  /// Nil for a value of another type.
  init?(_ value: Rule.Parameter.Value)

  var parameterValue: Rule.Parameter.Value { get }
}

extension Double: RuleKeyValue {
  static var words: [String] { [] }

  init?(_ value: Rule.Parameter.Value) {
    guard case .number(let number) = value else { return nil }
    self = number
  }

  var parameterValue: Rule.Parameter.Value { .number(self) }
}

extension Bool: RuleKeyValue {
  static var words: [String] { [] }

  init?(_ value: Rule.Parameter.Value) {
    guard case .flag(let flag) = value else { return nil }
    self = flag
  }

  var parameterValue: Rule.Parameter.Value { .flag(self) }
}

extension RuleKeyValue where Self: RawRepresentable<String> & CaseIterable {
  static var words: [String] { allCases.map(\.rawValue) }

  init?(_ value: Rule.Parameter.Value) {
    guard case .word(let word) = value else { return nil }
    self.init(rawValue: word)
  }

  var parameterValue: Rule.Parameter.Value { .word(rawValue) }
}

/// A key whatever the type of its value, as a rule lists its keys.
protocol DeclaredKey: Sendable {
  var parameter: Rule.Parameter { get }
}

extension RuleKey: DeclaredKey {
  var parameter: Rule.Parameter {
    Rule.Parameter(
      name: name, defaultValue: defaultValue.parameterValue, minimum: minimum, words: Value.words, summary: summary)
  }
}

extension Rule {
  /// The description of a key: what the manifest's reader, its schema and the documents need to know.
  package struct Parameter: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
      case number(Double)
      case flag(Bool)
      case word(String)
    }

    package let name: String
    package let defaultValue: Value
    /// The smallest number that makes sense.
    package let minimum: Double
    /// The words that the value may be; empty for numbers and switches.
    package let words: [String]
    package let summary: String
  }
}
