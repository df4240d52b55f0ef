import JSON
import PlanCore
import Postgres
import Synchronization

/// The views and functions of a database, and the tables as far as they name functions.
///
/// EXPLAIN shows their expansions and not their names, so the ones that a query uses are read from its text.
final class DefinitionCatalog: Sendable {
  private struct Definition: Sendable {
    /// The title, such as `view public.open_orders`; functions of one name have one title.
    let title: String
    /// The definitions; functions can share a name, and each one counts.
    var texts: [String] = []
    /// Each of them attribute by attribute, by a title with the types of the parameters.
    var objects: [(title: String, facts: ObjectFacts)] = []
    /// What they name is read when the materialized view is refreshed, not when it is queried.
    var isMaterialized = false
  }

  /// A relation with the texts that a statement on it runs or expands.
  private struct Table: Sendable {
    let name: RelationName
    /// Policies and generated columns.
    var readTexts: [String] = []
    /// Triggers, defaults and constraints.
    var writeTexts: [String] = []
  }

  /// A definition's fingerprint and references, computed on first use.
  private struct Reading: Sendable {
    let fingerprint: String
    let references: References
  }

  /// What a text names.
  private struct References: Sendable {
    /// The positions of definitions.
    var definitions: [Int] = []
    /// The positions of tables.
    var tables: [Int] = []
    /// Whether it may write.
    var writes = false
  }

  private let definitions: [Definition]
  /// The positions by name without schema, as texts refer to them.
  private let positions: [String: [Int]]
  private let tables: [Table]
  /// Likewise.
  private let tablePositions: [String: [Int]]
  /// The readings by position, cached because queries name the same few definitions over and over.
  private let readings = Mutex<[Int: Reading]>([:])
  /// What the texts of tables name, likewise.
  private let tableReadings = Mutex<[Int: (read: References, write: References)]>([:])

  /// - Parameters:
  ///   - rows: kind, schema, name, text, types of the parameters, and the attributes as a JSON object.
  ///   - facts: of the relations.
  ///   - defaults: schema, relation and expression of defaults.
  init(_ rows: [[String?]], facts: CatalogFacts = CatalogFacts(), defaults: [[String?]] = []) {
    var definitions: [Definition] = []
    var places: [String: Int] = [:]
    var positions: [String: [Int]] = [:]
    for row in rows {
      guard let kind = row[0], let schema = row[1], let name = row[2], let text = row[3] else { continue }
      let title = "\(kind) \(schema).\(name)"
      let place = places[title] ?? definitions.count
      if place == definitions.count {
        places[title] = place
        definitions.append(Definition(title: title, isMaterialized: kind == "materialized view"))
      }
      definitions[place].texts.append(text)
      if row.count > 5, let attributes = row[5] {
        definitions[place].objects.append(
          (title + (row[4].map { "(\($0))" } ?? ""), ObjectFacts(reading: attributes, text: text)))
      }
      if positions[name]?.contains(place) != true { positions[name, default: []].append(place) }
    }
    var tables: [Table] = []
    var tablePlaces: [RelationName: Int] = [:]
    var tablePositions: [String: [Int]] = [:]
    for (name, facts) in facts.relations {
      tablePlaces[name] = tables.count
      tablePositions[name.name, default: []].append(tables.count)
      let generated = facts.columns.compactMap { $0.attributes[.generated] }
      tables.append(
        Table(
          name: name, readTexts: facts.policies + generated,
          writeTexts: facts.triggers.map(\.definition) + facts.constraints.map(\.definition)))
    }
    for row in defaults {
      guard let schema = row[0], let name = row[1], let text = row[2],
        let place = tablePlaces[RelationName(schema: schema, name: name)]
      else { continue }
      tables[place].writeTexts.append(text)
    }
    (self.definitions, self.positions) = (definitions, positions)
    (self.tables, self.tablePositions) = (tables, tablePositions)
  }

  /// Reads all definitions that a seed can have made; those of extensions do not count.
  ///
  /// - Parameter facts: the database's relations.
  static func read(_ connection: Connection, _ facts: CatalogFacts) throws(ServerError) -> DefinitionCatalog {
    DefinitionCatalog(
      try connection.execute(query).rows, facts: facts, defaults: try connection.execute(defaultsQuery).rows)
  }

  /// The facts of the relations, with the definitions and relations that a statement names, directly or through
  /// other definitions.
  func facts(_ facts: CatalogFacts, namedIn statement: String) -> CatalogFacts {
    var facts = facts
    let named = closure(of: statement, throughTables: true)
    for place in named.definitions {
      facts.definitions[definitions[place].title] = reading(place).fingerprint
      for object in definitions[place].objects { facts.objects[object.title] = object.facts }
    }
    facts.named = facts.withCascades(Set(named.tables.map { tables[$0].name }), writes: named.writes)
    return facts
  }

  /// The fingerprints of all definitions that a statement names, directly or through other definitions.
  func definitions(namedIn statement: String) -> [String: String] {
    facts(CatalogFacts(), namedIn: statement).definitions
  }

  /// The texts of the definitions of a name.
  func texts(named name: String) -> [String] { (positions[name] ?? []).flatMap { definitions[$0].texts } }

  /// The first of them, by name, whose text reads the clock when the statement runs.
  func firstReadingClock(namedIn statement: String) -> String? {
    closure(of: statement, throughTables: false).definitions.map { definitions[$0] }.sorted { $0.title < $1.title }
      .first { !$0.isMaterialized && $0.texts.contains { SeedScan($0, as: .body).readsClock } }?.title
  }

  /// All definitions and tables that a statement leads to.
  private func closure(
    of statement: String, throughTables: Bool
  ) -> (definitions: Set<Int>, tables: Set<Int>, writes: Bool) {
    var found: Set<Int> = []
    var readTables: Set<Int> = []
    var writtenTables: Set<Int> = []
    var writes = false
    var waiting = [references(in: statement)]
    while let next = waiting.popLast() {
      for place in next.definitions where found.insert(place).inserted {
        // The query of a materialized view does not run.
        if !throughTables, definitions[place].isMaterialized { continue }
        var references = reading(place).references
        if definitions[place].isMaterialized { references.tables = [] }
        waiting.append(references)
      }
      if !throughTables { continue }
      writes = writes || next.writes
      for place in next.tables {
        if readTables.insert(place).inserted { waiting.append(tableReading(place).read) }
        if next.writes, writtenTables.insert(place).inserted { waiting.append(tableReading(place).write) }
      }
    }
    return (found, readTables, writes)
  }

  private func references(in text: String) -> References {
    if positions.isEmpty && tablePositions.isEmpty { return References() }
    let words = SQLScanner(text).words
    var references = References()
    references.writes = words.contains { DefinitionCatalog.writingWords.contains($0) }
    references.definitions = words.flatMap { positions[$0] ?? [] }
    references.tables = tables(in: words)
    return references
  }

  private static let writingWords: Set<String> = ["insert", "update", "delete", "merge", "truncate", "copy"]

  /// The tables that words name where a statement lists relations: a column can have the name of a table.
  private func tables(in words: [String]) -> [Int] {
    if tablePositions.isEmpty { return [] }
    var found: [Int] = []
    var listsRelations = false
    let schemas = Set(words)
    for word in words {
      if DefinitionCatalog.wordsBeforeRelations.contains(word) {
        listsRelations = true
      } else if DefinitionCatalog.wordsAfterRelations.contains(word) {
        listsRelations = false
      } else if listsRelations, let places = tablePositions[word] {
        let qualified = places.filter { schemas.contains(tables[$0].name.schema) }
        let likely = qualified.isEmpty ? places.filter { tables[$0].name.schema == "public" } : qualified
        // With a schema per tenant it is not known which one is meant.
        found += likely.isEmpty && places.count == 1 ? places : likely
      }
    }
    return found
  }

  private static let wordsBeforeRelations: Set<String> = ["from", "join", "into", "update", "using", "table", "only"]
  private static let wordsAfterRelations: Set<String> = [
    "where", "on", "set", "group", "order", "select", "values", "returning", "having", "limit", "union", "intersect",
    "except", "window", "offset", "fetch", "when", "then", "do",
  ]

  private func reading(_ place: Int) -> Reading {
    readings.withLock { readings in
      if let known = readings[place] { return known }
      let texts = definitions[place].texts
      let reading = Reading(
        fingerprint: fingerprint(texts.joined(separator: "\n")), references: references(in: texts))
      readings[place] = reading
      return reading
    }
  }

  private func tableReading(_ place: Int) -> (read: References, write: References) {
    tableReadings.withLock { readings in
      if let known = readings[place] { return known }
      // What a trigger does stands in its function, and the words of its events write nothing.
      var write = references(in: tables[place].writeTexts)
      (write.tables, write.writes) = ([], false)
      let reading = (read: references(in: tables[place].readTexts), write: write)
      readings[place] = reading
      return reading
    }
  }

  private func references(in texts: [String]) -> References {
    var all = References()
    for references in texts.map(references) {
      all.definitions += references.definitions
      all.tables += references.tables
      all.writes = all.writes || references.writes
    }
    all.definitions = Array(Set(all.definitions))
    all.tables = Array(Set(all.tables))
    return all
  }

  private static let query = """
    SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, n.nspname, c.relname,
      pg_catalog.pg_get_viewdef(c.oid), NULL,
      (SELECT pg_catalog.json_object_agg(split_part(o.text, '=', 1), split_part(o.text, '=', 2))
        FROM unnest(c.reloptions || ARRAY['body=']) AS o (text))::text
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    -- A body that is a text would be one token of the whole definition.
    SELECT 'function', n.nspname, p.proname, CASE WHEN p.prosrc = '' THEN pg_catalog.pg_get_functiondef(p.oid)
      ELSE pg_catalog.concat_ws(' ', p.provolatile, p.proisstrict, p.procost, p.prorows,
        pg_catalog.pg_get_function_arguments(p.oid), pg_catalog.pg_get_function_result(p.oid), p.prosrc) END,
      pg_catalog.oidvectortypes(p.proargtypes),
      pg_catalog.json_build_object(
        'language', l.lanname, 'returns', pg_catalog.pg_get_function_result(p.oid), 'source', p.prosrc,
        'arguments', CASE WHEN p.pronargdefaults > 0 THEN pg_catalog.pg_get_function_arguments(p.oid) END,
        'volatility', CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' END,
        'parallel', CASE p.proparallel WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED' END,
        'leakproof', CASE WHEN p.proleakproof THEN 'LEAKPROOF' END,
        'security', CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END,
        'strict', CASE WHEN p.proisstrict THEN 'STRICT' END,
        'cost', p.procost::text, 'rows', CASE WHEN p.proretset THEN p.prorows::text END,
        'settings', (SELECT pg_catalog.json_object_agg(
            'SET ' || split_part(s.text, '=', 1), substr(s.text, strpos(s.text, '=') + 1))
          FROM unnest(p.proconfig) AS s (text)))::text
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE p.prokind IN ('f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
    ORDER BY 1, 2, 3, 4
    """

  /// Defaults that call a function which the seed made.
  private static let defaultsQuery = """
    SELECT DISTINCT n.nspname, c.relname, pg_catalog.pg_get_expr(a.adbin, a.adrelid)
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef a ON a.oid = d.objid
    JOIN pg_catalog.pg_class c ON c.oid = a.adrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
      AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    """
}

extension ObjectFacts {
  /// - Parameters:
  ///   - json: the attributes; those with null are the default.
  ///   - text: the definition, for a body that the attributes do not hold.
  fileprivate init(reading json: String, text: String) {
    self.init(attributes: [:])
    guard case .object(let members)? = try? JSON(parsing: json) else { return }
    for member in members {
      switch member.value {
      case .string(let value): attributes[member.key] = value
      case .object(let settings): for setting in settings { attributes[setting.key] = setting.value.stringValue }
      default: break
      }
    }
    // A body in standard SQL is no source; it stands behind the attributes.
    let source = attributes.removeValue(forKey: "source").flatMap { $0.isEmpty ? nil : $0 }
    attributes[ObjectFacts.body] = fingerprint(source ?? text.standardBody)
  }
}

extension String {
  /// The body of a function in standard SQL, out of its whole definition.
  fileprivate var standardBody: String {
    let lines = split(separator: "\n", omittingEmptySubsequences: false)
    let start = lines.firstIndex { $0.hasPrefix("BEGIN ATOMIC") || $0.hasPrefix("RETURN ") } ?? 0
    return lines[start...].joined(separator: "\n")
  }
}

extension CatalogFacts {
  /// Some relations and, for a statement that writes, those that its foreign keys write to in turn.
  fileprivate func withCascades(_ names: Set<RelationName>, writes: Bool) -> Set<RelationName> {
    if !writes { return names }
    var found = names
    var waiting = Array(names)
    while let name = waiting.popLast() {
      for key in relations[name]?.referencedBy ?? [] where key.writes && found.insert(key.relation).inserted {
        waiting.append(key.relation)
      }
    }
    return found
  }
}
