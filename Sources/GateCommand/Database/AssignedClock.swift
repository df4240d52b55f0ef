import PlanCore
import Postgres

/// Tables that a statement stores the time in, as far as that can move its plan or its blocks after all.
struct AssignedClock {
  let facts: CatalogFacts
  let definitions: DefinitionCatalog
  /// The partitioned tables with a default that reads the clock.
  let routed: [RelationName]

  /// - Parameter connection: to the database of the facts.
  init(
    _ facts: CatalogFacts, _ definitions: DefinitionCatalog, _ connection: Connection
  ) throws(ServerError) {
    (self.facts, self.definitions) = (facts, definitions)
    routed = try connection.execute(AssignedClock.defaults).rows.compactMap { row in
      guard let schema = row[0], let name = row[1], let text = row[2] else { return nil }
      return SeedScan(text, as: .statements).readsClock ? RelationName(schema: schema, name: name) : nil
    }
  }

  private static let defaults = """
    SELECT n.nspname, c.relname, pg_catalog.pg_get_expr(a.adbin, a.adrelid)
    FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_class c ON c.oid = a.adrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'p'
    """

  /// The reason that the plan of a query may depend on a time that it stores, to follow its name; nil if it does not.
  func reason(_ sql: String) -> String? {
    let words = Set(SQLScanner(sql).words)
    if words.contains("insert") || words.contains("merge"),
      let table = routed.first(where: { words.contains($0.name) })
    {
      return "writes the time into \(table), where it may decide on the partition"
    }
    return reason(ClockUse(sql))
  }

  private func reason(_ use: ClockUse) -> String? {
    for target in use.assigns {
      let found = facts.relations.filter { name, _ in
        name.name == target.name && (target.schema == nil || name.schema == target.schema)
      }
      // A view, which writes by rules or triggers.
      if found.isEmpty { return "writes the time into \(target.name), which is not a table" }
      for (name, table) in found.sorted(by: { $0.key < $1.key }) {
        if table.partitions != nil || table.root != nil {
          return "writes the time into \(name), where it may decide on the partition"
        }
        if let trigger = table.triggers.first(where: mayDecide) {
          return "writes the time into \(name), whose trigger \(trigger.name) may depend on it"
        }
      }
    }
    return nil
  }

  /// Whether a trigger may do something else for another time.
  private func mayDecide(_ trigger: DefinedObject) -> Bool {
    let scanner = SQLScanner(trigger.definition)
    if scanner.words.contains("when") { return true }
    let texts = scanner.words.flatMap { definitions.texts(named: $0) }
    return texts.isEmpty
      || texts.contains { !AssignedClock.conditions.isDisjoint(with: AssignedClock.bodyWords($0)) }
  }

  /// The words of a definition, those in its quoted body included.
  private static func bodyWords(_ text: String) -> Set<String> {
    Set(text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
  }

  /// Words of a function that does more than fill in columns.
  private static let conditions: Set<String> = [
    "if", "case", "when", "where", "select", "insert", "update", "delete", "merge", "perform", "execute", "null",
    "loop",
    "while", "for", "raise", "exception", "call",
  ]
}

extension DatabaseState {
  /// A view, function or policy that the queries use and that reads the clock, or a query whose plan may depend on a
  /// time that it stores.
  func clockReader(_ queries: [Query]) throws(Diagnostic) -> String? {
    let (facts, definitions) = (try catalog.facts, try catalog.definitions)
    for query in queries {
      if let name = definitions.firstReadingClock(namedIn: query.statement.sql) { return name }
    }
    let policies = facts.relations.values.flatMap(\.policies)
    if policies.contains(where: { SeedScan($0, as: .statements).readsClock }) { return "a policy" }
    if let name = policies.lazy.compactMap({ definitions.firstReadingClock(namedIn: $0) }).min() {
      return "\(name), in a policy"
    }
    let assigned: AssignedClock
    do {
      let connection = try server.connect(to: name)
      assigned = try AssignedClock(facts, definitions, connection)
      server.keep(connection, to: name)
    } catch { throw server.diagnostic(error) }
    for query in queries {
      if let reason = assigned.reason(query.statement.sql) { return "the query \(query.name), which \(reason)" }
    }
    return nil
  }
}
