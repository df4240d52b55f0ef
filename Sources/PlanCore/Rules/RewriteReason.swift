/// Why a table or an index was written anew.
package struct RewriteReason: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, CaseIterable, Sendable {
    /// The type of a column changed.
    case type
    /// A new column whose default is computed for each row.
    case newColumn = "new-column"
    /// The values of a column are computed anew, its type being the same.
    case newValues = "new-values"
    /// From logged to unlogged, or the other way round.
    case persistence
    case accessMethod = "access-method"
    case tablespace
    /// The statement does nothing else.
    case vacuumFull = "vacuum-full"
    case cluster, repack, reindex
    case refresh = "refresh-materialized-view"
  }

  package let kind: Kind
  package var column: String?
  /// What changed, as it was: a type, `logged`, an access method, a tablespace.
  package var before: String?
  package var now: String?

  package init(_ kind: Kind, column: String? = nil, before: String? = nil, now: String? = nil) {
    (self.kind, self.column, self.before, self.now) = (kind, column, before, now)
  }

  /// Reads on after a colon.
  package var description: String {
    let (column, before, now) = (column ?? "?", before ?? "?", now ?? "?")
    return switch kind {
    case .type: "the type of \(column) changed from \(before) to \(now)"
    case .newColumn: "the new column \(column) is computed for each row"
    case .newValues: "the values of \(column) are computed anew"
    case .persistence: "it changed from \(before) to \(now)"
    case .accessMethod: "its access method changed from \(before) to \(now)"
    case .tablespace: "it moved to the tablespace \(now)"
    case .vacuumFull, .cluster, .repack, .reindex, .refresh:
      kind.rawValue.split(separator: "-").joined(separator: " ").uppercased()
    }
  }
}
