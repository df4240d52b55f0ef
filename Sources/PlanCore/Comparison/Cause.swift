/// One change in what a plan depends on, between two states of a database.
///
/// `text` is its sentence.
package enum Cause: Hashable, Sendable {
  /// A view or function, by kind and name: `view public.open_orders`.
  case definitionChanged(String)
  case definitionGone(String)
  case relationGone(RelationName)
  case columnGone(RelationName, column: String)
  case columnTypeChanged(RelationName, column: String, before: String, now: String)
  case statisticsGone(RelationName, DefinedObject)
  case statisticsChanged(RelationName, now: DefinedObject)
  case constraintGone(RelationName, DefinedObject)
  /// A policy of row-level security.
  case policyGone(RelationName, policy: String)
  case policyNew(RelationName, policy: String)
  case index(RelationName, IndexChange)
  /// The query's text, with the first scan whose condition changed.
  case text(ConditionChange?)
  case parameters
  case setting(SettingChange)
  case rows(RelationName, before: Double, now: Double)
  /// As many rows on another number of pages: dead rows, a fill factor, longer values.
  case pages(RelationName, before: Double, now: Double)
  case server(before: ServerMajor, now: ServerMajor)
  /// None of the others, of a case that regressed nevertheless.
  case nothingRecorded

  /// The relation that changed; nil for what concerns the whole plan.
  package var relation: RelationName? {
    switch self {
    case .relationGone(let name), .columnGone(let name, _), .columnTypeChanged(let name, _, _, _),
      .statisticsGone(let name, _), .statisticsChanged(let name, _), .constraintGone(let name, _),
      .policyGone(let name, _), .policyNew(let name, _), .index(let name, _), .rows(let name, _, _),
      .pages(let name, _, _):
      name
    case .text(let change): change?.relation
    case .definitionChanged, .definitionGone, .parameters, .setting, .server, .nothingRecorded: nil
    }
  }
}

/// A change of an index of a relation.
package enum IndexChange: Hashable, Sendable {
  /// No index of the relation serves the same conditions any more.
  case gone(IndexFacts)
  /// The name stands for another definition now.
  ///
  /// - Parameter isReplaced: another index of the relation has the old definition.
  case redefined(IndexFacts, before: String, isReplaced: Bool)
  case renamed(IndexFacts, now: String)
  case new(IndexFacts)

  /// The index that queries can no longer use, as it was; nil for other changes.
  package var lost: IndexFacts? {
    switch self {
    case .gone(let index): index
    case .redefined(let index, let before, let isReplaced):
      isReplaced ? nil : IndexFacts(name: index.name, definition: before)
    case .renamed, .new: nil
    }
  }
}

/// A scan whose condition reads otherwise than before.
package struct ConditionChange: Hashable, Sendable {
  package let relation: RelationName
  /// Relation and alias, as messages name the scan.
  package let scan: String
  /// Empty for a scan without one.
  package let before: String
  package let now: String
}

/// A planner setting with another value; nil is the default.
package struct SettingChange: Hashable, Sendable {
  package let name: String
  package let before: String?
  package let now: String?

  /// `work_mem 64MB -> 4MB`.
  package var text: String { "\(name) \(before ?? "default") -> \(now ?? "default")" }
}

extension Cause {
  /// One line, without a final full stop.
  package var text: String {
    switch self {
    case .definitionChanged(let name): "\(name) has a new definition"
    case .definitionGone(let name): "\(name) is gone, or no longer named by the query"
    case .relationGone(let relation): "\(relation) is gone"
    case .columnGone(let relation, let column): "column \(relation).\(column) is gone"
    case .columnTypeChanged(let relation, let column, let before, let now):
      "\(relation).\(column) is now \(now), was \(before)"
    case .statisticsGone(let relation, let statistics):
      "statistics \(statistics.name) of \(relation) are gone: \(statistics.definition)"
    case .statisticsChanged(let relation, let now): "statistics \(now.name) of \(relation) are now \(now.definition)"
    case .constraintGone(let relation, let constraint):
      "constraint \(constraint.name) of \(relation) is gone: \(constraint.definition)"
    case .policyGone(let relation, let policy): "policy removed from \(relation): \(policy)"
    case .policyNew(let relation, let policy): "policy added to \(relation): \(policy)"
    case .index(let relation, let change): change.text(relation)
    case .text(let change): "the query's text changed" + (change.map { ": \($0.text)" } ?? "")
    case .parameters: "the parameters' values changed"
    case .setting(let change): change.text
    case .rows(let relation, let before, let now): "\(relation) has \(Cause.change(from: before, to: now, of: "rows"))"
    case .pages(let relation, let before, let now):
      "\(relation) has \(Cause.change(from: before, to: now, of: "pages for about as many rows"))"
    case .server(let before, let now): "server \(before) -> \(now)"
    case .nothingRecorded:
      "nothing that a baseline records changed (indexes, columns, statistics, settings, text, parameters, sizes)"
    }
  }

  /// `40 times as many rows (2,000 -> 80,000)`.
  private static func change(from before: Double, to now: Double, of what: String) -> String {
    let factor = max(now, 1) / max(before, 1)
    let words = factor > 1 ? "\(Figures.factor(factor)) times as many" : "fewer"
    return "\(words) \(what) (\(Figures.grouped(before)) -> \(Figures.grouped(now)))"
  }
}

extension IndexChange {
  fileprivate func text(_ relation: RelationName) -> String {
    switch self {
    case .gone(let index): "index \(index.name) of \(relation) is gone: \(index.definition)"
    case .redefined(let index, let before, _):
      "index \(index.name) of \(relation) is now \(index.definition), was \(before)"
    case .renamed(let index, let now): "index \(index.name) of \(relation) is now called \(now)"
    case .new(let index): "index \(index.name) of \(relation) is new: \(index.definition)"
    }
  }
}

extension ConditionChange {
  fileprivate var text: String {
    "\(scan) has the condition \(now.isEmpty ? "none" : now), was \(before.isEmpty ? "none" : before)"
  }
}
