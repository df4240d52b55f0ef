/// What a case runs beside its own plan: the statements of foreign keys, triggers and functions.
///
/// EXPLAIN shows none of it.
package struct InnerWork: Equatable, Sendable {
  /// In the order in which they first ended.
  ///
  /// Nil where the server does not show them: auto_explain is missing, or may not be loaded.
  package var statements: [InnerStatement]?
  /// Whether the run was cut off after very many statements; calls are then a lower bound.
  package var isCapped: Bool
  /// The rows that sequential scans read in the statement and in all that it ran, by relation.
  ///
  /// Empty if nothing ran inside.
  package var sequentialReads: [RelationName: SequentialReads]

  package init(
    statements: [InnerStatement]? = [], isCapped: Bool = false, sequentialReads: [RelationName: SequentialReads] = [:]
  ) {
    self.statements = statements
    self.isCapped = isCapped
    self.sequentialReads = sequentialReads
  }

  /// All plans of all statements.
  package var plans: [Plan] { (statements ?? []).flatMap(\.plans) }

  /// The blocks that the plan of the case does not count: those of foreign keys and of AFTER triggers, which run when
  /// the plan has ended.
  package var blocksAfterPlan: Double {
    (statements ?? []).filter(\.isAfterPlan).reduce(0) { $0 + $1.plans.reduce(0) { $0 + ($1.root.buffers ?? 0) } }
  }
}

/// How much sequential scans read of a relation, as `pg_stat_xact_user_tables` counts it.
package struct SequentialReads: Equatable, Sendable {
  package var scans: Double
  package var rows: Double

  package init(scans: Double, rows: Double) {
    self.scans = scans
    self.rows = rows
  }
}

/// A statement that a case runs inside, over all its executions.
package struct InnerStatement: Equatable, Sendable {
  /// The statement with `?` for its literals and with plain spaces.
  package var text: String
  package var origin: InnerOrigin
  /// How often it ran.
  package var calls: Double
  /// Whether it runs when the plan of the case has ended, so that its blocks are not in there.
  package var isAfterPlan: Bool
  /// One plan for each shape, in the order in which they first ended: its loops are all executions of that shape, its
  /// costs and rows are their mean, its blocks their sum.
  ///
  /// Conditions have `?` for their literals: a custom plan holds the values of one execution.
  package var plans: [Plan]

  package init(text: String, origin: InnerOrigin, calls: Double, isAfterPlan: Bool, plans: [Plan]) {
    self.text = text
    self.origin = origin
    self.calls = calls
    self.isAfterPlan = isAfterPlan
    self.plans = plans
  }
}

/// Who runs an inner statement.
package enum InnerOrigin: Hashable, Sendable {
  /// A foreign key, by its constraint's name, that looks for the referencing rows.
  case foreignKey(String)
  /// A foreign key that looks for the referenced row in a relation.
  case foreignKeyCheck(String)
  /// A function, as the server names it in an error's context: `app.f(integer)`.
  case function(String)
  case unknown
}

extension InnerOrigin: CustomStringConvertible {
  private static let foreignKey = "foreign key "
  private static let check = "foreign key check of "
  private static let function = "function "
  private static let statement = "the statement"

  /// Reads on after "in the": `foreign key c_p_id_fkey`, `function app.f(integer)`.
  package var description: String {
    switch self {
    case .foreignKey(let name): InnerOrigin.foreignKey + name
    case .foreignKeyCheck(let relation): InnerOrigin.check + relation
    case .function(let name): InnerOrigin.function + name
    case .unknown: InnerOrigin.statement
    }
  }

  /// Reads a description; nil for any other text.
  package init?(_ text: String) {
    if let name = text[...].dropping(prefix: InnerOrigin.check) {
      self = .foreignKeyCheck(String(name))
    } else if let name = text[...].dropping(prefix: InnerOrigin.foreignKey) {
      self = .foreignKey(String(name))
    } else if let name = text[...].dropping(prefix: InnerOrigin.function) {
      self = .function(String(name))
    } else if text == InnerOrigin.statement {
      self = .unknown
    } else {
      return nil
    }
  }
}
