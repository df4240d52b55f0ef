import PlanCore
import Postgres
import Synchronization

/// The views and functions of a database.
///
/// EXPLAIN shows their expansions and not their names, so the ones that a query uses are read from its text.
final class DefinitionCatalog: Sendable {
  private struct Definition: Sendable {
    /// The title, such as `view public.open_orders`.
    let title: String
    /// The definitions; functions can share a name, and each one counts.
    var texts: [String] = []
  }

  /// A definition's fingerprint and references, computed on first use.
  private struct Reading: Sendable {
    let fingerprint: String
    /// The positions of the definitions that it names.
    let references: [Int]
  }

  private let definitions: [Definition]
  /// The positions by name without schema, as texts refer to them.
  private let positions: [String: [Int]]
  /// The readings by position, cached because queries name the same few definitions over and over.
  private let readings = Mutex<[Int: Reading]>([:])

  /// - Parameter rows: kind, schema, name and text.
  init(_ rows: [[String?]]) {
    var definitions: [Definition] = []
    var indices: [String: Int] = [:]
    var positions: [String: [Int]] = [:]
    for row in rows {
      guard let kind = row[0], let schema = row[1], let name = row[2], let text = row[3] else { continue }
      let title = "\(kind) \(schema).\(name)"
      let index = indices[title] ?? definitions.count
      if index == definitions.count {
        indices[title] = index
        definitions.append(Definition(title: title))
      }
      definitions[index].texts.append(text)
      if positions[name]?.contains(index) != true { positions[name, default: []].append(index) }
    }
    (self.definitions, self.positions) = (definitions, positions)
  }

  /// Reads all definitions that a seed can have made; those of extensions do not count.
  static func read(_ connection: Connection) throws(ServerError) -> DefinitionCatalog {
    DefinitionCatalog(try connection.execute(query).rows)
  }

  /// The fingerprints of all definitions that a statement names, directly or through other definitions.
  func definitions(namedIn statement: String) -> [String: String] {
    var fingerprints: [String: String] = [:]
    for index in indices(namedIn: statement) {
      fingerprints[definitions[index].title] = reading(index).fingerprint
    }
    return fingerprints
  }

  /// The first of them, by name, whose text reads the clock.
  func firstReadingClock(namedIn statement: String) -> String? {
    indices(namedIn: statement).map { definitions[$0] }.sorted { $0.title < $1.title }
      .first { $0.texts.contains { SeedScan($0, as: .body).readsClock } }?.title
  }

  private func indices(namedIn statement: String) -> Set<Int> {
    var found: Set<Int> = []
    var named = references(in: statement)
    while let index = named.popLast() {
      if found.insert(index).inserted { named += reading(index).references }
    }
    return found
  }

  private func references(in text: String) -> [Int] {
    positions.isEmpty ? [] : SQLScanner(text).words.flatMap { positions[$0] ?? [] }
  }

  private func reading(_ index: Int) -> Reading {
    readings.withLock { readings in
      if let known = readings[index] { return known }
      let texts = definitions[index].texts
      let reading = Reading(
        fingerprint: fingerprint(texts.joined(separator: "\n")),
        references: Array(Set(texts.flatMap(references))))
      readings[index] = reading
      return reading
    }
  }

  private static let query = """
    SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, n.nspname, c.relname,
      pg_catalog.pg_get_viewdef(c.oid)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    -- A body that is a text would be one token of the whole definition.
    SELECT 'function', n.nspname, p.proname, CASE WHEN p.prosrc = '' THEN pg_catalog.pg_get_functiondef(p.oid)
      ELSE pg_catalog.concat_ws(' ', p.provolatile, p.proisstrict, p.procost, p.prorows,
        pg_catalog.pg_get_function_arguments(p.oid), pg_catalog.pg_get_function_result(p.oid), p.prosrc) END
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prokind IN ('f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
    ORDER BY 1, 2, 3, 4
    """
}
