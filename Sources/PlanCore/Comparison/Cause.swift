import JSON

/// One change in what a plan depends on, between two states of a database.
///
/// `text` is its sentence.
package enum Cause: Hashable, Sendable {
  /// A view or function, by kind and name: `view public.open_orders`.
  case definitionChanged(String)
  case definitionGone(String)
  case definitionNew(String)
  /// An attribute of a view or function; nil is the default.
  case attributeChanged(String, attribute: String, before: String?, now: String?)
  case relationGone(RelationName)
  case columnGone(RelationName, column: String)
  case columnTypeChanged(RelationName, column: String, before: String, now: String)
  /// An attribute of a column; nil is the default.
  case columnAttributeChanged(RelationName, column: String, ColumnAttribute, before: String?, now: String?)
  case nullability(RelationName, column: String, isNotNull: Bool)
  /// The share of a value in a column that conditions name; nil is NULL.
  case share(RelationName, column: String, value: String?, before: Double, now: Double)
  case statisticsGone(RelationName, DefinedObject)
  case statisticsChanged(RelationName, now: DefinedObject)
  case constraintGone(RelationName, DefinedObject)
  /// A policy of row-level security.
  case policyGone(RelationName, policy: String)
  case policyNew(RelationName, policy: String)
  case index(RelationName, IndexChange)
  case triggerGone(RelationName, DefinedObject)
  case triggerNew(RelationName, DefinedObject)
  case triggerChanged(RelationName, DefinedObject, before: String)
  case foreignKey(ForeignKeyChange)
  /// The query's text, with the first condition that changed with it.
  case text(ConditionChange?)
  /// Another condition that changed, or one that did though the text is the same.
  case condition(ConditionChange)
  /// A condition that changed in a statement that the case runs inside.
  case innerCondition(InnerOrigin, ConditionChange)
  /// What another text changed that is no condition.
  case effect(PlanEffect)
  case parameters
  /// The server gives a parameter another type than before.
  case parameterType(String, before: String, now: String)
  case setting(SettingChange)
  /// A partition that the plan reads.
  ///
  /// - Parameter missing: the definition of an index that its siblings are read through and that it lacks.
  case partitionNew(RelationName, of: RelationName, missing: String?)
  case rows(RelationName, before: Double, now: Double)
  /// As many rows on another number of pages: dead rows, a fill factor, longer values.
  case pages(RelationName, before: Double, now: Double)
  case server(before: ServerMajor, now: ServerMajor)
  /// The case fails from this migration on.
  case migration(String)
  /// None of the others, of a case that regressed nevertheless.
  case nothingRecorded
  /// Likewise, where the baseline is of a format that records less than could have changed.
  case nothingInOlderBaseline
  /// Likewise, where a server does not show what the case runs inside, so that those relations are not recorded.
  case nothingOutside

  /// The relation that changed; nil for what concerns the whole plan.
  package var relation: RelationName? {
    switch self {
    case .relationGone(let name), .columnGone(let name, _), .columnTypeChanged(let name, _, _, _),
      .columnAttributeChanged(let name, _, _, _, _), .nullability(let name, _, _),
      .share(let name, _, _, _, _),
      .statisticsGone(let name, _), .statisticsChanged(let name, _), .constraintGone(let name, _),
      .policyGone(let name, _), .policyNew(let name, _), .index(let name, _), .triggerGone(let name, _),
      .triggerNew(let name, _), .triggerChanged(let name, _, _), .partitionNew(let name, _, _),
      .rows(let name, _, _), .pages(let name, _, _):
      name
    case .foreignKey(let change): change.key.references
    case .text(let change): change?.relation
    case .condition(let change), .innerCondition(_, let change): change.relation
    case .definitionChanged, .definitionGone, .definitionNew, .attributeChanged, .effect, .parameters,
      .parameterType, .setting, .server, .migration, .nothingRecorded, .nothingInOlderBaseline, .nothingOutside:
      nil
    }
  }

  /// Whether it is a view or function that the query did not come to before.
  var isNewDefinition: Bool { if case .definitionNew = self { true } else { false } }

  /// Whether it shows what another cause did to the plan.
  var isEvidence: Bool {
    switch self {
    case .condition, .innerCondition: true
    default: false
    }
  }

  /// Whether only the size of a relation changed.
  package var isSize: Bool {
    switch self {
    case .rows, .pages, .partitionNew(_, _, missing: nil): true
    default: false
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
  /// Another index of the relation had its definition before and has it still.
  case redundant(IndexFacts, like: String)
  /// It is there and serves no scan; as it is now.
  case invalid(IndexFacts)
  /// Its definition is the same, and what else is said of it is not; as it is now.
  case traits(IndexFacts, before: Set<IndexTrait>)
  case new(IndexFacts)

  /// The index that queries can no longer use, as it was; nil for other changes.
  package var lost: IndexFacts? {
    switch self {
    case .gone(let index): index
    case .redefined(let index, let before, let isReplaced):
      isReplaced ? nil : IndexFacts(name: index.name, definition: before, traits: index.traits)
    case .renamed, .redundant, .invalid, .traits, .new: nil
    }
  }
}

/// A change of a foreign key.
package enum ForeignKeyChange: Hashable, Sendable {
  /// - Parameter isWritten: whether the statement changes rows that the key points to, so that it looks for rows on the
  ///   other side.
  case new(ForeignKeyFacts, isWritten: Bool)
  case gone(ForeignKeyFacts)
  case changed(ForeignKeyFacts, before: String)
  /// No index leads with its columns any more.
  case indexGone(ForeignKeyFacts, before: String)

  package var key: ForeignKeyFacts {
    switch self {
    case .new(let key, _), .gone(let key), .changed(let key, _), .indexGone(let key, _): key
    }
  }
}

/// What another text of a query changed in the work of its plan, beside conditions.
package enum PlanEffect: Hashable, Sendable {
  /// A relation that the plan did not read, as messages name its scan.
  case reads(String)
  /// The rows came in order from an index, and are now sorted by these keys.
  case sorts(String)
  /// An index that only gives the order, while a filter looks for the first rows of a LIMIT.
  case filtersInOrder(index: String)
  case materialized(cte: String, isNow: Bool)
  /// A sub-select was read through a hash table, and runs once per row.
  case subplanNotHashed
  /// A sub-select ran once, and runs once per row.
  case subplanPerRow
  /// A node that needs all rows stands below the LIMIT: `a window function`.
  case readsAllRows(String)
  case removesDuplicates
  case skips(rows: Double)

  /// One line, without a final full stop.
  var text: String {
    switch self {
    case .reads(let scan): "the query now reads \(scan)"
    case .sorts(let keys): "the order no longer comes from an index: the rows are sorted by \(keys)"
    case .filtersInOrder(let index):
      "the rows come in the order of \(index), and are filtered until the LIMIT is reached"
    case .materialized(let cte, true): "the CTE \(cte) is now materialized"
    case .materialized(let cte, false): "the CTE \(cte) is no longer materialized"
    case .subplanNotHashed: "a sub-select is no longer hashed: it runs once per row"
    case .subplanPerRow: "a sub-select that ran once now runs once per row"
    case .readsAllRows(let what): "\(what) reads all rows before the LIMIT"
    case .removesDuplicates: "duplicates are now removed (DISTINCT or UNION)"
    case .skips(let rows): "OFFSET: \(Figures.grouped(rows)) rows are read and skipped"
    }
  }
}

/// A scan or join whose condition reads otherwise than before.
package struct ConditionChange: Hashable, Sendable {
  /// Nil for a join.
  package let relation: RelationName?
  /// Relation and alias, as messages name the scan, or the join.
  package let scan: String
  /// Only what differs; empty if nothing stood in the place of the new one.
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
    case .definitionNew(let name): "\(name) is new, or newly named by the query"
    case .attributeChanged(let name, let attribute, let before, let now):
      "\(name): \(Cause.change(of: attribute, from: before, to: now))"
    case .relationGone(let relation): "\(relation) is gone"
    case .columnGone(let relation, let column): "column \(relation).\(column) is gone"
    case .columnTypeChanged(let relation, let column, let before, let now):
      "\(relation).\(column) is now \(now), was \(before)"
    case .columnAttributeChanged(let relation, let column, let attribute, let before, let now):
      "\(relation).\(column): \(attribute.text) \(before ?? attribute.defaultText) -> "
        + (now ?? attribute.defaultText)
    case .nullability(let relation, let column, let isNotNull):
      "\(relation).\(column) is \(isNotNull ? "now" : "no longer") NOT NULL"
    case .share(let relation, let column, let value, let before, let now):
      "\(relation).\(column) \(value.map { "'\($0)'" } ?? "NULL"): \(Cause.percent(before)) -> \(Cause.percent(now)) "
        + "of the rows"
    case .triggerGone(let relation, let trigger):
      "trigger \(trigger.name) of \(relation) is gone: \(trigger.definition)"
    case .triggerNew(let relation, let trigger):
      "trigger \(trigger.name) of \(relation) is new: \(trigger.definition)"
    case .triggerChanged(let relation, let trigger, let before):
      "trigger \(trigger.name) of \(relation) is now \(trigger.definition), was \(before)"
    case .foreignKey(let change): change.text
    case .statisticsGone(let relation, let statistics):
      "statistics \(statistics.name) of \(relation) are gone: \(statistics.definition)"
    case .statisticsChanged(let relation, let now): "statistics \(now.name) of \(relation) are now \(now.definition)"
    case .constraintGone(let relation, let constraint):
      "constraint \(constraint.name) of \(relation) is gone: \(constraint.definition)"
    case .policyGone(let relation, let policy): "policy removed from \(relation): \(policy)"
    case .policyNew(let relation, let policy): "policy added to \(relation): \(policy)"
    case .index(let relation, let change): change.text(relation)
    case .text(let change): "the query's text changed" + (change.map { ": \($0.text)" } ?? "")
    case .condition(let change): change.text
    case .innerCondition(let origin, let change): "in the \(origin): \(change.text)"
    case .effect(let effect): effect.text
    case .parameters: "the parameters' values changed"
    case .parameterType(let name, let before, let now): "the type of \(name) changed: \(before) -> \(now)"
    case .setting(let change): change.text
    case .partitionNew(let relation, let root, let missing):
      "partition \(relation) of \(root) is new" + (missing.map { ", without the index of its siblings: \($0)" } ?? "")
    case .rows(let relation, let before, let now): "\(relation) has \(Cause.change(from: before, to: now, of: "rows"))"
    case .pages(let relation, let before, let now):
      "\(relation) has \(Cause.change(from: before, to: now, of: "pages for about as many rows"))"
    case .server(let before, let now): "server \(before) -> \(now)"
    case .migration(let file): "it fails since the migration \(file)"
    case .nothingRecorded:
      "nothing that a baseline records changed (indexes, columns, constraints, statistics, policies, triggers, views, "
        + "functions, settings, text, parameters, sizes)"
    case .nothingInOlderBaseline:
      "nothing that this older baseline records changed; record it again to compare more"
    case .nothingOutside:
      "not known: nothing changed in what the plan itself reads, and the server does not show what runs inside "
        + "(auto_explain shows it, on both servers)"
    }
  }

  /// `0.6 %`; what was too rare to be kept is `under 0.5 %`.
  private static func percent(_ share: Double) -> String {
    share <= CommonValue.leastShare ? "under 0.5 %" : "\(JSON.numberText((share * 1000).rounded() / 10)) %"
  }

  /// `STABLE -> VOLATILE`, `body changed`, `cost 100 -> 1000`.
  private static func change(of attribute: String, from before: String?, to now: String?) -> String {
    if attribute == ObjectFacts.body { return "body changed" }
    let usual = ObjectFacts.defaultValue(of: attribute) ?? "none"
    let values = "\(before ?? usual) -> \(now ?? usual)"
    return ObjectFacts.words.contains(attribute) ? values : "\(attribute) \(values)"
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
    case .gone(let index): "\(index.title) of \(relation) is gone: \(index.definition)"
    case .redefined(let index, let before, _):
      "\(index.title) of \(relation) is now \(index.definition), was \(before)"
    case .renamed(let index, let now): "\(index.title) of \(relation) is now called \(now)"
    case .redundant(let index, let like): "\(index.title) of \(relation) is gone; \(like) has its definition"
    case .invalid(let index): "\(index.title) of \(relation) is invalid: \(index.definition)"
    case .traits(let index, let before):
      "index \(index.name) of \(relation) is "
        + (before.subtracting(index.traits).phrases.map { "no longer \($0)" }
        + index.traits.subtracting(before).phrases.map { "now \($0)" }).joined(separator: " and ")
    case .new(let index): "\(index.title) of \(relation) is new: \(index.definition)"
    }
  }
}

extension IndexFacts {
  /// `unique index orders_number_idx`.
  fileprivate var title: String {
    let kind = traits.contains(.primary) ? "primary key index" : isUnique ? "unique index" : "index"
    return "\(kind) \(name)"
  }
}

extension Set<IndexTrait> {
  /// In words, the most important first.
  fileprivate var phrases: [String] {
    IndexTrait.allCases.filter(contains).map { trait in
      switch trait {
      case .primary: "the primary key"
      case .unique: "unique"
      case .deferrable: "deferrable"
      case .replicaIdentity: "the replica identity"
      }
    }
  }
}

extension ColumnAttribute {
  fileprivate var text: String {
    switch self {
    case .collation: "collation"
    case .generated: "generated as"
    case .distinct: "n_distinct override"
    case .inheritedDistinct: "n_distinct_inherited override"
    case .statisticsTarget: "statistics target"
    }
  }

  fileprivate var defaultText: String {
    switch self {
    case .collation, .statisticsTarget: "default"
    case .generated: "not generated"
    case .distinct, .inheritedDistinct: "none"
    }
  }
}

extension ForeignKeyChange {
  fileprivate var text: String {
    switch self {
    case .new(let key, let isWritten):
      "foreign key \(key.name) of \(key.relation) is new: \(key.definition)"
        + (isWritten && key.index == nil ? ", and no index of \(key.relation) leads with its columns" : "")
    case .gone(let key): "foreign key \(key.name) of \(key.relation) is gone: \(key.definition)"
    case .changed(let key, let before):
      "foreign key \(key.name) of \(key.relation) is now \(key.definition), was \(before)"
    case .indexGone(let key, let before):
      "no index of \(key.relation) leads with the columns of its foreign key \(key.name) any more (was \(before)): "
        + key.definition
    }
  }
}

extension ConditionChange {
  fileprivate var text: String {
    if now.isEmpty { return "\(scan) no longer has the condition \(before)" }
    return "\(scan) has the condition \(now)" + (before.isEmpty ? ", which is new" : ", was \(before)")
  }
}
