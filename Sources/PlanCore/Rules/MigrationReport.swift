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
  /// What its way down does not bring back, empty if that is nothing; nil if there is no way down or nobody looked.
  package var downProblems: [String]?

  package init(file: String) { self.file = file }

  package var isFailed: Bool { findings.contains(where: \.isFailing) }
}

/// A lock on a table or an index.
package struct RelationLock: Hashable, Sendable {
  package let relation: RelationName
  package let mode: LockMode

  package init(_ relation: RelationName, _ mode: LockMode) { (self.relation, self.mode) = (relation, mode) }
}

/// A mode of a lock on a table, the weakest first.
package enum LockMode: String, CaseIterable, Comparable, Sendable {
  case accessShare = "ACCESS SHARE"
  case rowShare = "ROW SHARE"
  case rowExclusive = "ROW EXCLUSIVE"
  case shareUpdateExclusive = "SHARE UPDATE EXCLUSIVE"
  case share = "SHARE"
  case shareRowExclusive = "SHARE ROW EXCLUSIVE"
  case exclusive = "EXCLUSIVE"
  case accessExclusive = "ACCESS EXCLUSIVE"

  /// - Parameter name: as `pg_locks` writes it: `AccessShareLock`.
  package init?(lockName name: String) {
    let found = LockMode.allCases.first { mode in
      mode.rawValue.split(separator: " ").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined() + "Lock" == name
    }
    guard let found else { return nil }
    self = found
  }

  package static func < (a: LockMode, b: LockMode) -> Bool { a.rank < b.rank }

  private var rank: Int { LockMode.allCases.firstIndex(of: self) ?? 0 }

  /// The modes that wait for this one (PostgreSQL's table of conflicting lock modes).
  private var conflicts: Set<LockMode> {
    switch self {
    case .accessShare: [.accessExclusive]
    case .rowShare: [.exclusive, .accessExclusive]
    case .rowExclusive: [.share, .shareRowExclusive, .exclusive, .accessExclusive]
    case .shareUpdateExclusive: [.shareUpdateExclusive, .share, .shareRowExclusive, .exclusive, .accessExclusive]
    case .share: [.rowExclusive, .shareUpdateExclusive, .shareRowExclusive, .exclusive, .accessExclusive]
    case .shareRowExclusive:
      [.rowExclusive, .shareUpdateExclusive, .share, .shareRowExclusive, .exclusive, .accessExclusive]
    case .exclusive:
      [.rowShare, .rowExclusive, .shareUpdateExclusive, .share, .shareRowExclusive, .exclusive, .accessExclusive]
    case .accessExclusive: Set(LockMode.allCases)
    }
  }

  package func blocks(_ other: LockMode) -> Bool { conflicts.contains(other) }

  /// How many of the modes it makes wait that queries and schema changes take.
  package var weight: Int {
    [LockMode.accessShare, .rowShare, .rowExclusive, .shareUpdateExclusive].count(where: blocks)
  }

  /// Whom it makes wait, in words; nil for nobody but other schema changes of its own kind.
  package var effect: String? {
    if blocks(.accessShare) { return "blocks reads and writes" }
    if blocks(.rowExclusive) { return "blocks writes" }
    if blocks(.shareUpdateExclusive) { return "blocks other schema changes" }
    return nil
  }
}

extension Observation {
  /// The locks that running the case takes.
  package var locks: Set<RelationLock> {
    var locks: Set<RelationLock> = []
    for plan in [plan] + (captured.inner.statements ?? []).flatMap(\.plans) {
      plan.root.forEachNode { node, _ in
        guard let relation = node.relation else { return }
        let mode: LockMode =
          node.nodeType == "ModifyTable" ? .rowExclusive : .accessShare
        for name in [relation, facts.root(of: relation)].compactMap(\.self) { locks.insert(RelationLock(name, mode)) }
      }
      // FOR UPDATE and its like lock all that they read.
      if plan.root.contains(where: { $0.nodeType == "LockRows" }) {
        plan.root.forEachNode { node, _ in
          if let relation = node.relation { locks.insert(RelationLock(relation, .rowShare)) }
        }
      }
    }
    return locks
  }
}
