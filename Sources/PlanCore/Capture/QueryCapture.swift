/// What one state of a database (server, seed, migrations, settings) says of one query: the plan of each of its cases and
/// the catalog facts that the plans rest on. On disk it is the query's baseline.
package struct QueryCapture: Equatable, Sendable {
  package var query: String
  /// 15 for PostgreSQL 15.4.
  package var serverMajor: Int
  /// The relations that the plans read.
  package var facts: CatalogFacts
  package var cases: [CapturedCase]

  package init(query: String, serverMajor: Int, facts: CatalogFacts, cases: [CapturedCase]) {
    self.query = query
    self.serverMajor = serverMajor
    self.facts = facts
    self.cases = cases
  }

  package func capturedCase(named name: String?) -> CapturedCase? { cases.first { $0.name == name } }
}

/// One case of a query and its plan.
package struct CapturedCase: Equatable, Sendable {
  /// `typical`, `typical+generic`; nil for the only case of a query without named cases.
  package var name: String?
  /// Planned without the values of the parameters.
  package var isGeneric: Bool
  package var sqlFingerprint: String
  package var parametersFingerprint: String
  package var plan: Plan
  /// The plan under `enable_seqscan = off`, without ANALYZE: it tells whether an index could serve a condition. Nil when
  /// nobody asked; a baseline has it only for `seq-scan: {require: indexable}`.
  package var planWithoutSeqScans: Plan?

  /// - Parameters:
  ///   - plan: as EXPLAIN gave it, or from a baseline; it is made canonical.
  ///   - planWithoutSeqScans: likewise.
  package init(
    name: String?, isGeneric: Bool = false, sqlFingerprint: String, parametersFingerprint: String, plan: Plan,
    planWithoutSeqScans: Plan? = nil
  ) {
    self.name = name
    self.isGeneric = isGeneric
    self.sqlFingerprint = sqlFingerprint
    self.parametersFingerprint = parametersFingerprint
    self.plan = plan.canonical
    self.planWithoutSeqScans = planWithoutSeqScans?.canonical
  }
}

/// A short name for a text: 16 hexadecimal digits, the same on every machine (FNV-1a, 64 bits).
///
/// It tells that a text changed, in a baseline that people read and where two texts of one query are compared. It is no protection against somebody who wants two texts with one fingerprint.
package func fingerprint(_ text: String) -> String {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 {
    hash ^= UInt64(byte)
    hash = hash &* 0x100_0000_01b3
  }
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
