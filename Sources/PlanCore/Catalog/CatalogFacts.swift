/// The facts of the catalog that plans depend on.
package struct CatalogFacts: Equatable, Sendable {
  package var relations: [RelationName: RelationFacts]
  /// The views and functions that a query names, itself or through another of them, as `view public.open_orders`, each
  /// with the fingerprint of its definition.
  ///
  /// EXPLAIN shows only what they expand to.
  ///
  /// Compared only with baselines of format 1, which have nothing better.
  package var definitions: [String: String]
  /// The same views and functions and those that policies, triggers, defaults and generated columns name, attribute by
  /// attribute: by `view public.open_orders`, `function public.price(integer)`.
  package var objects: [String: ObjectFacts]
  /// The relations that the query names, itself or through views, functions and triggers, whether its plan reads them
  /// or not.
  ///
  /// A join that the planner removed is in no plan, and comes back without the unique index that it was removed for.
  package var named: Set<RelationName> = []

  package init(
    relations: [RelationName: RelationFacts] = [:], definitions: [String: String] = [:],
    objects: [String: ObjectFacts] = [:]
  ) {
    self.relations = relations
    self.definitions = definitions
    self.objects = objects
  }

  package subscript(name: RelationName) -> RelationFacts? { relations[name] }

  /// The topmost partitioned (or inheritance) parent of a relation, nil for one that has none.
  package func root(of name: RelationName) -> RelationName? { relations[name]?.root }

  /// The columns of a relation; a partition's are its root's.
  package func columns(of name: RelationName) -> [ColumnFacts] {
    guard let facts = relations[name] else { return [] }
    return facts.columns.isEmpty ? facts.root.flatMap { relations[$0]?.columns } ?? [] : facts.columns
  }

  /// The names and types of the columns, without what a baseline of format 1 does not have.
  func columnTypes(of name: RelationName) -> [[String]] { columns(of: name).map { [$0.name, $0.type] } }

  /// The facts of just these relations, and of those that the query names: what a baseline keeps.
  ///
  /// A plan that leaves out the child of an inheritance parent rests on that child's constraints, so children come
  /// along. Partitions do not: which of them are read follows from the parent.
  package func restricted(to names: some Sequence<RelationName>) -> CatalogFacts {
    let wanted = named.union(names)
    var restricted = self
    // Most schemas have many relations, most queries read few, and few of those have children.
    let mayHaveChildren = wanted.contains { name in relations[name].map { $0.partitions != nil } ?? true }
    guard mayHaveChildren else {
      restricted.relations = Dictionary(
        uniqueKeysWithValues: wanted.compactMap { name in relations[name].map { (name, $0) } })
      return restricted
    }
    restricted.relations = relations.filter { name, facts in
      wanted.contains(name) || !facts.columns.isEmpty && facts.root.map(wanted.contains) ?? false
    }
    return restricted
  }
}

extension CatalogFacts {
  /// The facts that a comparison of two states needs of these relations, which both states get alike.
  ///
  /// PostgreSQL 13 does not count the rows of a partitioned table, so that its partitions have to be there to do so.
  package func restricted(toCompared names: Set<RelationName>) -> CatalogFacts {
    let uncounted = names.filter {
      (relations[$0]?.partitions).map { $0 > 0 } ?? false && relations[$0]?.rows ?? 0 <= 0
    }
    if uncounted.isEmpty { return restricted(to: names) }
    let members = relations.filter { $0.value.root.map(uncounted.contains) ?? false }.keys
    return restricted(to: names.union(members))
  }
}

extension CatalogFacts {
  /// Leaves out the shares of values of all columns but these.
  mutating func keepShares(of columns: [RelationName: Set<String>]) {
    for (name, facts) in relations {
      for (place, column) in facts.columns.enumerated()
      where !column.commonValues.isEmpty && columns[name]?.contains(column.name) != true {
        relations[name]?.columns[place].commonValues = []
      }
    }
  }

  /// Leaves out what only writing comes to.
  mutating func removeWrites() {
    for name in relations.keys {
      relations[name]?.triggers = []
      relations[name]?.referencedBy = []
    }
  }
}

/// A relation as the catalog has it after the seed.
package struct RelationFacts: Equatable, Sendable {
  package var root: RelationName?
  /// `reltuples`; exact after VACUUM.
  package var rows: Double
  /// `relpages`, of 8 kB.
  package var pages: Double
  /// Valid ones.
  package var indexes: [IndexFacts]
  /// Indexes that writes maintain at most and that serve no scan, such as one whose CREATE INDEX CONCURRENTLY failed.
  package var invalidIndexes: [IndexFacts] = []
  /// In the order of the table; empty for a partition, which has its root's.
  package var columns: [ColumnFacts] = []
  /// How many leaf partitions or children it has; nil for a relation without.
  package var partitions: Int?
  /// Extended statistics, as `pg_get_statisticsobjdef` has them: name and what follows it.
  package var statistics: [DefinedObject] = []
  /// CHECK constraints, name and definition: they let the planner leave out an inheritance child.
  package var constraints: [DefinedObject] = []
  /// The policies of row-level security, one line per policy; empty where it is off.
  package var policies: [String] = []
  /// The triggers that somebody made, as `pg_get_triggerdef` has them: name and what follows it.
  package var triggers: [DefinedObject] = []
  /// The foreign keys of this relation.
  package var foreignKeys: [ForeignKeyFacts] = []
  /// The foreign keys of other relations that point to this one: each of its rows that is deleted, or gets another key,
  /// looks for rows there.
  package var referencedBy: [ForeignKeyFacts] = []

  package init(root: RelationName? = nil, rows: Double, pages: Double, indexes: [IndexFacts] = []) {
    self.root = root
    self.rows = rows
    self.pages = pages
    self.indexes = indexes
  }

  package func index(named name: String) -> IndexFacts? { indexes.first { $0.name == name } }

  /// Leaves out the indexes that are not unique and the extended statistics, which no plan has anything to do with that
  /// does not read the relation.
  ///
  /// A partition has all indexes of its parent.
  mutating func keepKeys() {
    if root != nil { return }
    indexes.removeAll { !$0.isUnique }
    invalidIndexes.removeAll { !$0.isUnique }
    statistics = []
  }

  /// Whether an index does what the given one does, whatever its name.
  package func hasIndex(like definition: String) -> Bool { indexes.contains { $0.definition == definition } }

  /// The predicates of those of the named indexes that are partial.
  func predicates(of names: [String]) -> [String] {
    names.compactMap { index(named: $0)?.predicate }
  }
}

/// A column: its type, as `format_type` has it, and what else the planner asks about it.
package struct ColumnFacts: Equatable, Sendable {
  package var name: String
  package var type: String
  package var isNotNull = false
  /// The attributes that are not the default.
  package var attributes: [ColumnAttribute: String] = [:]
  /// The most common values, of a column that conditions name, the most common first.
  package var commonValues: [CommonValue] = []

  package init(name: String, type: String) {
    self.name = name
    self.type = type
  }
}

/// A value of a column and its share of the rows, from the column's statistics.
package struct CommonValue: Hashable, Sendable {
  /// As text; nil is NULL.
  package let value: String?
  /// From 0 to 1, in ten-thousandths.
  package let share: Double

  package init(value: String?, share: Double) {
    self.value = value
    self.share = (share * 10_000).rounded() / 10_000
  }

  /// How many of them are kept.
  package static let limit = 10
  /// The smallest share that is kept.
  package static let leastShare = 0.005
  /// The length in characters of the longest value that is kept.
  package static let longest = 60
}

extension ColumnFacts {
  /// The share of a value, or the largest share that it can have where it is not kept.
  func share(of value: String?) -> (share: Double, isKept: Bool) {
    if let known = commonValues.first(where: { $0.value == value }) { return (known.share, true) }
    let least = commonValues.count < CommonValue.limit ? CommonValue.leastShare : commonValues.last?.share ?? 0
    return (least, false)
  }

  /// The values whose shares differ by more than noise, each with the shares before and now.
  ///
  /// - Parameter isDifferent: compares two shares.
  func shareChanges(
    to other: ColumnFacts, where isDifferent: (Double, Double) -> Bool
  ) -> [(value: String?, before: Double, now: Double)] {
    var seen: Set<String?> = []
    let values = (commonValues + other.commonValues).map(\.value).filter { seen.insert($0).inserted }
    return values.compactMap { value in
      let (before, now) = (share(of: value), other.share(of: value))
      // What is not kept is at most as common as the last one that is.
      let isCertain =
        before.isKept && now.isKept || (before.isKept ? before.share > now.share : now.share > before.share)
      return isCertain && isDifferent(before.share, now.share) ? (value, before.share, now.share) : nil
    }
  }

  /// Whether the column is the same but for noise in its shares.
  func isSubstantiallyEqual(to other: ColumnFacts) -> Bool {
    var (one, two) = (self, other)
    (one.commonValues, two.commonValues) = ([], [])
    return one == two && commonValues.isEmpty == other.commonValues.isEmpty
      && shareChanges(to: other) { abs($0 - $1) > max(0.01, max($0, $1) * 0.1) }.isEmpty
  }
}

/// An attribute of a column that plans depend on, as baselines and reports spell it.
package enum ColumnAttribute: String, CaseIterable, Sendable {
  /// A collation other than its type's.
  case collation
  /// The expression of a generated column.
  case generated
  /// The override that `ALTER COLUMN … SET (n_distinct = …)` makes.
  case distinct = "n_distinct"
  /// The same for a parent with its children.
  case inheritedDistinct = "n_distinct_inherited"
  case statisticsTarget = "statistics"
}

/// A foreign key, with both of its sides.
package struct ForeignKeyFacts: Hashable, Sendable {
  package var name: String
  /// The relation that has it.
  package var relation: RelationName
  package var references: RelationName
  /// `FOREIGN KEY (p_id) REFERENCES p(id) ON DELETE CASCADE`.
  package var definition: String
  /// An index that leads with its columns, if there is one.
  package var index: String?

  package init(
    name: String, relation: RelationName, references: RelationName, definition: String, index: String? = nil
  ) {
    self.name = name
    self.relation = relation
    self.references = references
    self.definition = definition
    self.index = index
  }

  /// Whether a row that is deleted, or gets another key, on the other side changes rows on this one.
  package var writes: Bool {
    ["CASCADE", "SET NULL", "SET DEFAULT"].contains { action in
      ["DELETE", "UPDATE"].contains { definition.contains(" ON \($0) \(action)") }
    }
  }
}

/// An extended statistics object or a CHECK constraint: its name, and its definition as the server writes it.
package struct DefinedObject: Hashable, Sendable {
  package var name: String
  /// `(dependencies) ON country, currency FROM public.orders`, `CHECK ((total_cents >= 0))`.
  package var definition: String

  package init(name: String, definition: String) {
    self.name = name
    self.definition = definition
  }
}

/// An index.
package struct IndexFacts: Hashable, Sendable {
  package var name: String
  /// The part of `pg_get_indexdef` after `USING`: `btree (tenant_id, created_at DESC) WHERE (status = 'open'::text)`,
  /// with INCLUDE and NULLS NOT DISTINCT.
  ///
  /// Equal definitions serve equal conditions, on any partition.
  package var definition: String
  /// What `definition` does not say; a baseline of format 1 has none.
  package var traits: Set<IndexTrait>

  package init(name: String, definition: String, traits: Set<IndexTrait> = []) {
    self.name = name
    self.definition = definition
    self.traits = traits
  }

  package var isUnique: Bool { traits.contains(.unique) }

  /// What a partial index asks of its rows: `(status = 'open'::text)`.
  var predicate: String? { definition[...].parts(at: " WHERE ").map { String($0.after) } }
}

/// A property of an index, as baselines and reports spell it.
package enum IndexTrait: String, CaseIterable, Sendable {
  case primary
  case unique
  /// Checked at the end of the transaction at the earliest, so that the planner must not rely on it.
  case deferrable
  case replicaIdentity = "replica-identity"
}

extension Set<IndexTrait> {
  /// In the order of baselines: `primary unique`.
  package var words: [String] { IndexTrait.allCases.filter(contains).map(\.rawValue) }
}
