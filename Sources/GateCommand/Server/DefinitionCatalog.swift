import PlanCore
import Postgres

/// The views and functions of a database. EXPLAIN shows what they expand to and not their names, so which of them a query
/// uses is read from its text.
struct DefinitionCatalog: Sendable {
  private struct Entry: Sendable {
    /// `view public.open_orders`.
    let title: String
    let name: String
    let text: String
  }

  private var entries: [Entry] = []

  /// Reads all that a seed can have made; what belongs to an extension does not count.
  static func read(_ connection: Connection) throws(ServerError) -> DefinitionCatalog {
    var catalog = DefinitionCatalog()
    for row in try connection.execute(query).rows {
      guard let kind = row[0], let schema = row[1], let name = row[2], let text = row[3] else { continue }
      catalog.entries.append(Entry(title: "\(kind) \(schema).\(name)", name: name, text: text))
    }
    return catalog
  }

  /// The fingerprints of all that a statement names, itself or through another of them.
  func definitions(namedIn statement: String) -> [String: String] {
    texts(namedIn: statement).mapValues { fingerprint($0.joined(separator: "\n")) }
  }

  /// The first of them, by name, whose text reads the clock.
  func firstReadingClock(namedIn statement: String) -> String? {
    texts(namedIn: statement).sorted { $0.key < $1.key }.first { $0.value.contains { SeedScan($0).readsClock } }?.key
  }

  private func texts(namedIn statement: String) -> [String: [String]] {
    var found: [String: [String]] = [:]
    var texts = [statement]
    while let text = texts.popLast() {
      let words = SQLScanner(text).words
      for entry in entries where found[entry.title] == nil && words.contains(entry.name) {
        // Functions share a name; the definition of each counts.
        let same = entries.filter { $0.title == entry.title }.map(\.text)
        found[entry.title] = same
        texts += same
      }
    }
    return found
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
