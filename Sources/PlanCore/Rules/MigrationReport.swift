/// What a migration did to its database, beside the plans.
package struct MigrationReport: Equatable, Sendable {
  /// One of its statements.
  package struct Statement: Equatable, Sendable {
    /// The first line of its text.
    package var text: String
    /// The line of the file on which it begins, from 1; 0 for a statement of a command.
    package var line: Int
    /// The locks that it took and that its migration did not hold before.
    package var locks: [RelationLock] = []
    /// The tables and indexes whose files it wrote anew.
    package var rewritten: [RelationName] = []
    /// Why, as far as that is known.
    package var rewriteReasons: [RelationName: [RewriteReason]] = [:]
    /// The rows that it read, by table: to validate, to build an index, to find what to change.
    package var rowsRead: [RelationName: Double] = [:]
    /// The rows that it inserted, updated or deleted, by table.
    package var rowsWritten: [RelationName: Double] = [:]
    /// The rows that it updated or deleted, by table: other writers of them wait until its transaction ends.
    package var rowsChanged: [RelationName: Double] = [:]
    /// The bytes of WAL that replicas have to replay.
    package var walBytes = 0.0
    /// `lock_timeout` at its start, as the server writes it: `0`, `2s`; empty if unknown.
    package var lockTimeout = "0"

    package init(text: String, line: Int) { (self.text, self.line) = (text, line) }

    /// Why it wrote a table anew, in one line; nil if that is unknown.
    package func reasonText(_ relation: RelationName) -> String? {
      rewriteReasons[relation].map { $0.map(\.description).joined(separator: ", ") }
    }

    /// How sentences name it: `line 3`, or its text.
    package var place: String { line > 0 ? "line \(line)" : "'\(text.prefix(80))\(text.count > 80 ? "…" : "")'" }
  }

  /// A lock on a table, and what happens while it is held.
  package struct HeldLock: Equatable, Sendable {
    package let lock: RelationLock
    /// The position of the statement that took it.
    package let since: Int
    /// The position of the last statement of its transaction.
    package let until: Int
    /// The cases that have to wait for it, in the order of the manifest.
    package let blocked: [CaseID]

    package init(lock: RelationLock, since: Int, until: Int, blocked: [CaseID]) {
      (self.lock, self.since, self.until, self.blocked) = (lock, since, until, blocked)
    }
  }

  /// The file as the user would name it, or the first line of a command.
  package var file: String
  package var statements: [Statement] = []
  /// By table, for tables that were there before: in each transaction the locks that make more others wait than those
  /// before them.
  package var held: [HeldLock] = []
  /// The rows of the tables that were there before.
  package var rows: [RelationName: Double] = [:]
  /// What the rules of the manifest say of it.
  package var findings: [MigrationFinding] = []
  /// Why the locks of the migration are unknown; nil if they are known.
  package var unobserved: String?
  /// What its way down does not bring back, empty for a complete one; nil if there is none or it was not tried.
  package var downProblems: [String]?

  package init(file: String) { self.file = file }

  package var isFailed: Bool { findings.contains(where: \.isFailing) }
}
