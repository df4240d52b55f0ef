/// The entry of a rule in docs/rules.md, beyond what the rule declares for the program itself.
///
/// All texts are Markdown; a line feed inside of a paragraph is a space.
package struct RuleManual: Sendable {
  /// Why the finding matters, in whole sentences.
  package let why: String
  /// How the rule judges, where the summary does not say enough.
  package var details = ""
  package let example: RuleExample
  /// The way to silence the rule when the finding is right and the plan is accepted, in whole sentences.
  package let silencing: String
}

/// Two plans of one case that make a rule fire, written as in a baseline.
///
/// A test runs the rule on them.
package struct RuleExample: Sendable {
  /// Nil for a rule on queries without a baseline.
  package var before: String?
  package let now: String
  /// The partitioned table whose partitions the plans read, and how many partitions it has.
  package var partitioned: (table: RelationName, partitions: Int)?
  /// The time of the plan now, in milliseconds.
  package var executionTime: Double?
}
