/// The facts of the catalog that plans depend on.
package struct CatalogFacts: Equatable, Sendable {
  package var relations: [RelationName: RelationFacts]
  /// The views and functions that a query names, itself or through another of them, as `view public.open_orders`, each
  /// with the fingerprint of its definition.
  ///
  /// EXPLAIN shows only what they expand to.
  package var definitions: [String: String]

  package init(relations: [RelationName: RelationFacts] = [:], definitions: [String: String] = [:]) {
    self.relations = relations
    self.definitions = definitions
  }

  package subscript(name: RelationName) -> RelationFacts? { relations[name] }

  /// The topmost partitioned (or inheritance) parent of a relation, nil for one that has none.
  package func root(of name: RelationName) -> RelationName? { relations[name]?.root }

  /// The columns of a relation; a partition's are its root's.
  package func columns(of name: RelationName) -> [ColumnFacts] {
    guard let facts = relations[name] else { return [] }
    return facts.columns.isEmpty ? facts.root.flatMap { relations[$0]?.columns } ?? [] : facts.columns
  }

  /// The facts of just these relations: what a baseline keeps.
  ///
  /// A plan that leaves out the child of an inheritance parent rests on that child's constraints, so children come
  /// along. Partitions do not: which of them are read follows from the parent.
  package func restricted(to names: some Sequence<RelationName>) -> CatalogFacts {
    let wanted = Set(names)
    // Most schemas have many relations, most queries read few, and few of those have children.
    let mayHaveChildren = wanted.contains { name in relations[name].map { $0.partitions != nil } ?? true }
    guard mayHaveChildren else {
      return CatalogFacts(
        relations: Dictionary(uniqueKeysWithValues: wanted.compactMap { name in relations[name].map { (name, $0) } }),
        definitions: definitions)
    }
    return CatalogFacts(
      relations: relations.filter { name, facts in
        wanted.contains(name) || !facts.columns.isEmpty && facts.root.map(wanted.contains) ?? false
      }, definitions: definitions)
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

/// A relation as the catalog has it after the seed.
package struct RelationFacts: Equatable, Sendable {
  package var root: RelationName?
  /// `reltuples`; exact after VACUUM.
  package var rows: Double
  /// `relpages`, of 8 kB.
  package var pages: Double
  package var indexes: [IndexFacts]
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

  package init(root: RelationName? = nil, rows: Double, pages: Double, indexes: [IndexFacts] = []) {
    self.root = root
    self.rows = rows
    self.pages = pages
    self.indexes = indexes
  }

  package func index(named name: String) -> IndexFacts? { indexes.first { $0.name == name } }

  /// Whether an index does what the given one does, whatever its name.
  package func hasIndex(like definition: String) -> Bool { indexes.contains { $0.definition == definition } }
}

/// A column and its type, as `format_type` has it.
package struct ColumnFacts: Equatable, Sendable {
  package var name: String
  package var type: String

  package init(name: String, type: String) {
    self.name = name
    self.type = type
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

/// An index that queries can use.
package struct IndexFacts: Hashable, Sendable {
  package var name: String
  /// The part of `pg_get_indexdef` after `USING`: `btree (tenant_id, created_at DESC) WHERE (status = 'open'::text)`.
  ///
  /// Equal definitions serve equal conditions, on any partition.
  package var definition: String

  package init(name: String, definition: String) {
    self.name = name
    self.definition = definition
  }
}
