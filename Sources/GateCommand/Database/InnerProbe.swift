import PlanCore
import Postgres
import Synchronization

/// The server's means to show what a case runs inside, in one state of a database.
///
/// It is asked when the first case runs.
final class InnerProbe: Sendable {
  struct Means: Sendable {
    /// The functions written in SQL or a procedural language, as an array of OIDs; nil for a database without any.
    let functions: String?
    /// Whether the session may load auto_explain and count calls of functions.
    let isSuperuser: Bool
    /// Whether `auto_explain` was loaded.
    let hasAutoExplain: Bool
    /// `max_parallel_workers` of a new session.
    let parallelWorkers: String?
    /// Whether a constraint or a trigger may wait for the end of the transaction.
    let hasDeferrable: Bool
  }

  /// The catalog facts that tell who runs a statement.
  struct Origins: Sendable {
    /// The names of functions that run when a statement's plan has ended.
    let afterTriggers: Set<String>
    /// The names of foreign keys, by referencing relation and columns.
    let foreignKeys: [[String]: String]
  }

  let relations = KnownRelations()
  private let means = Mutex<Means?>(nil)
  private let origins = Mutex<Origins?>(nil)

  /// The means of the server, asked on a connection outside of a transaction.
  ///
  /// It also loads auto_explain into the session, where that can be.
  func means(_ connection: Connection) throws(ServerError) -> Means {
    if let known = means.withLock({ $0 }) { return known }
    let row = try connection.execute(InnerProbe.meansQuery).rows.first
    let isSuperuser = row?[1] == "on"
    var hasAutoExplain = isSuperuser
    if isSuperuser {
      do { try connection.execute("LOAD 'auto_explain'") } catch {
        // An answer that a lost connection gave is not kept.
        if error.isConnectionLost || error.lacksResources { throw error }
        hasAutoExplain = false
      }
    }
    let asked = Means(
      functions: row?[0], isSuperuser: isSuperuser, hasAutoExplain: hasAutoExplain, parallelWorkers: row?[2],
      hasDeferrable: row?[3] != "f")
    means.withLock { $0 = asked }
    return asked
  }

  func origins(_ connection: Connection) throws(ServerError) -> Origins {
    if let known = origins.withLock({ $0 }) { return known }
    let triggers = try connection.execute(InnerProbe.afterTriggersQuery).rows.compactMap { $0[0] }
    let keys = try connection.execute(InnerProbe.foreignKeysQuery).rows.compactMap { row -> ([String], String)? in
      let words = row.compactMap(\.self)
      return words.count == row.count ? (Array(words.dropFirst()), words[0]) : nil
    }
    // Rows of a key follow each other, one a column.
    var columns: [[String]: [String]] = [:]
    for (words, name) in keys { columns[[name, words[0], words[1]], default: [words[0], words[1]]].append(words[2]) }
    let asked = Origins(
      afterTriggers: Set(triggers),
      foreignKeys: Dictionary(columns.map { ($0.value, $0.key[0]) }) { min($0, $1) })
    origins.withLock { $0 = asked }
    return asked
  }

  private static let meansQuery = """
    SELECT (SELECT pg_catalog.array_agg(p.oid)::text
      FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE l.lanname NOT IN ('internal', 'c') AND n.nspname NOT IN ('pg_catalog', 'information_schema')),
      pg_catalog.current_setting('is_superuser'), pg_catalog.current_setting('max_parallel_workers'),
      EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgdeferrable)
    """

  /// Of `tgtype` 2 is BEFORE and 64 INSTEAD OF (catalog/pg_trigger.h).
  private static let afterTriggersQuery = """
    SELECT DISTINCT p.proname FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgtype & 66 = 0
    """

  private static let foreignKeysQuery = """
    SELECT k.conname, n.nspname, c.relname, a.attname
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (number, position)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number
    WHERE k.contype = 'f' AND k.conparentid = 0
    ORDER BY k.oid, u.position
    """
}
