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

  /// What it blocks, in words; nil if it blocks neither reads, writes nor other schema changes.
  package var effect: String? {
    if blocks(.accessShare) { return "blocks reads and writes" }
    if blocks(.rowExclusive) { return "blocks writes" }
    if blocks(.shareUpdateExclusive) { return "blocks other schema changes" }
    return nil
  }
}
