/// A way to fix what a finding reports, or a case as a whole.
package enum Fix: Equatable, Sendable {
  /// The usual fix of a rule, whatever the case.
  case usual(Usual)
  /// Advice for one case: it can contain names from the database, so reports with markup show it as code.
  case advice(String)
  case statements(Statements)

  /// Only a rule makes one, so that it is prose without a name from a database.
  package struct Usual: Equatable, Sendable {
    /// One line, without a final full stop.
    package let text: String

    package init(of rule: Rule) { text = rule.fix }
  }

  /// SQL that a user can run.
  package struct Statements: Equatable, Sendable {
    /// What they do, such as `recreate the lost index`.
    package let purpose: String
    /// Each ends with its semicolon; there is at least one.
    package let sql: [String]

    package init(purpose: String, sql: [String]) {
      self.purpose = purpose
      self.sql = sql
    }
  }
}

extension Fix {
  /// The advice, or each statement.
  package var lines: [String] {
    switch self {
    case .usual(let usual): [usual.text]
    case .advice(let text): [text]
    case .statements(let statements): statements.sql
    }
  }

  package var text: String { lines.joined(separator: "\n") }
}

extension Fix {
  /// The fix for a case that timed out.
  static let timeout = Fix.advice(
    "make it faster, or raise 'timeout:' of the query; a plan that did not run cannot be recorded")

  /// Recreates the indexes that a case lost; nil if it lost none.
  ///
  /// - Parameter limit: the largest number of statements, since a partitioned table can lose thousands of indexes.
  package static func recreatingIndexes(of comparison: CaseComparison, atMost limit: Int) -> Fix? {
    let sql = Array(comparison.lostIndexStatements.prefix(limit))
    return sql.isEmpty ? nil : .statements(Statements(purpose: "recreate the lost index", sql: sql))
  }
}
