/// A way to fix a case.
package enum Fix: Equatable, Sendable {
  /// It can contain names from the database, so reports with markup show it as code.
  case advice(String)
  case statements(Statements)

  /// SQL that a user can run.
  package struct Statements: Equatable, Sendable {
    /// What they do, such as `recreate the lost index`.
    package let purpose: String
    /// Each ends with its semicolon; there is at least one.
    package let sql: [String]
    /// What they bring, measured on a clone: `buffers 2,392 -> 5`.
    ///
    /// Nil before they were tried.
    package var effect: String?

    package init(purpose: String, sql: [String], effect: String? = nil) {
      self.purpose = purpose
      self.sql = sql
      self.effect = effect
    }
  }
}

extension Fix {
  /// The advice, or each statement.
  package var lines: [String] {
    switch self {
    case .advice(let text): [text]
    case .statements(let statements): statements.sql
    }
  }

  package var text: String { lines.joined(separator: "\n") }

  /// What to read before the lines: `recreate the lost index: buffers 2,392 -> 5`; nil for advice.
  package var heading: String? {
    switch self {
    case .advice: nil
    case .statements(let statements): statements.purpose + (statements.effect.map { ": \($0)" } ?? "")
    }
  }
}

extension Fix {
  /// Whether both make the same indexes, be it under other names.
  package func makesSameIndexes(as other: Fix) -> Bool {
    guard let mine = madeIndexes, let others = other.madeIndexes else { return false }
    return mine == others
  }

  /// What follows the name in statements that make an index: `public.orders (customer_id)`; nil for other fixes.
  private var madeIndexes: Set<String>? {
    guard case .statements(let statements) = self else { return nil }
    var made: Set<String> = []
    for statement in statements.sql {
      guard statement.hasPrefix("CREATE "), let index = statement[...].parts(at: "INDEX ")?.after,
        let table = index.hasPrefix("ON ") ? index.dropFirst(3) : index.parts(at: " ON ")?.after
      else { return nil }
      made.insert(String(table).replacing(" USING btree ", with: " "))
    }
    return made
  }

  /// The fix for a case that timed out.
  static let timeout = Fix.advice(
    "make it faster, or raise 'timeout:' of the query; a plan that did not run cannot be recorded")

  /// The most statements of one fix, since a partitioned table can lose thousands of indexes.
  static let mostStatements = 20
}
