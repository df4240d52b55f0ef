import JSON
import PlanCore
import Postgres

/// Everything that the statistics of a database are made from, relation by relation, as hashes.
///
/// Two of them tell which statistics a new pass of VACUUM and ANALYZE would change: those of relations whose rows,
/// columns, indexes or statistics objects changed, and those of their ancestors.
struct StatisticsBasis: Equatable, Sendable {
  struct Relation: Equatable, Sendable {
    /// As the server quotes it.
    let name: String
    /// The letter of `pg_class.relkind`.
    let kind: String
    /// A hash of its files, columns, indexes, statistics objects and statistics, and of the counts of its changes.
    let state: String
    /// Whether statistics are kept of expressions over its columns, which may call functions.
    let hasExpressions: Bool
  }

  /// By OID.
  var relations: [String: Relation] = [:]
  /// Pairs of the OIDs of a child or partition and its parent.
  var parents: Set<[String]> = []
  /// A hash of all functions that are not the server's own.
  var functions = ""
  /// A hash of what concerns all relations: operators, operator classes, settings.
  var world = ""

  init() {}

  /// Reads it on a connection of a superuser, who alone sees the statistics.
  ///
  /// The counts of changes must have been sent by all sessions that made any.
  static func read(_ connection: Connection) throws(ServerError) -> StatisticsBasis {
    var basis = StatisticsBasis()
    for row in try connection.execute(StatisticsBasis.relationsQuery).rows {
      guard let oid = row[0], let name = row[1], let kind = row[2], let state = row[3] else { continue }
      basis.relations[oid] = Relation(name: name, kind: kind, state: state, hasExpressions: row[4] == "t")
    }
    for row in try connection.execute("SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits").rows {
      basis.parents.insert(row.compactMap(\.self))
    }
    let row = try connection.execute(StatisticsBasis.worldQuery).rows.first ?? []
    (basis.functions, basis.world) = ((row.first ?? nil) ?? "", (row.last ?? nil) ?? "")
    return basis
  }

  /// What has to be done to the statistics.
  enum Work: Equatable {
    case everything
    /// Both as the server quotes them; `vacuum` is a part of `analyze` without partitioned tables.
    case some(vacuum: [String], analyze: [String])
  }

  /// The OIDs of relations that changed since an earlier state; nil if all may have.
  func changed(since before: StatisticsBasis) -> Set<String>? {
    if world != before.world { return nil }
    return Set(
      relations.filter { oid, relation in
        guard let known = before.relations[oid] else { return true }
        return known.state != relation.state || relation.hasExpressions && functions != before.functions
      }.keys)
  }

  /// The work after changes since an earlier state whose statistics were complete.
  ///
  /// - Parameter analyzesPartitions: whether ANALYZE of a partitioned table analyzes its partitions too.
  func work(since before: StatisticsBasis, analyzesPartitions: Bool) -> Work {
    guard var changed = changed(since: before) else { return .everything }
    let vacuumed = changed.filter { relations[$0]?.kind != "p" }
    // The parents of children that were attached or detached.
    for pair in parents.symmetricDifference(before.parents) where relations[pair[1]] != nil { changed.insert(pair[1]) }
    // Statistics of a parent are those of all rows below it, in the tree as it is and as it was.
    var pending = Array(changed)
    while let oid = pending.popLast() {
      for pair in parents.union(before.parents) where pair[0] == oid && relations[pair[1]] != nil {
        if changed.insert(pair[1]).inserted { pending.append(pair[1]) }
      }
    }
    if analyzesPartitions {
      var pending = changed.filter { relations[$0]?.kind == "p" }
      while let oid = pending.popFirst() {
        for pair in parents where pair[1] == oid {
          if changed.insert(pair[0]).inserted || relations[pair[0]]?.kind == "p" { pending.insert(pair[0]) }
        }
      }
    }
    func names(_ oids: Set<String>) -> [String] { oids.compactMap { relations[$0]?.name }.sorted() }
    return .some(vacuum: names(vacuumed), analyze: names(changed))
  }

  // MARK: On disk

  var json: JSON {
    .object([
      JSONMember(
        "relations",
        .array(
          relations.sorted { $0.key < $1.key }.map { oid, relation in
            .array(
              [oid, relation.name, relation.kind, relation.state].map(JSON.string) + [.bool(relation.hasExpressions)])
          })),
      JSONMember(
        "parents",
        .array(parents.sorted { $0.lexicographicallyPrecedes($1) }.map { .array($0.map(JSON.string)) })),
      JSONMember("functions", .string(functions)), JSONMember("world", .string(world)),
    ])
  }

  /// Nil for JSON of another form.
  init?(_ json: JSON) {
    guard case .array(let rows)? = json["relations"], case .array(let pairs)? = json["parents"],
      let functions = json["functions"]?.stringValue, let world = json["world"]?.stringValue
    else { return nil }
    (self.functions, self.world) = (functions, world)
    for row in rows {
      guard case .array(let values) = row, values.count == 5, case .bool(let hasExpressions) = values[4] else {
        return nil
      }
      let words = values.prefix(4).compactMap(\.stringValue)
      guard words.count == 4 else { return nil }
      relations[words[0]] = Relation(name: words[1], kind: words[2], state: words[3], hasExpressions: hasExpressions)
    }
    for pair in pairs {
      guard case .array(let values) = pair, values.count == 2 else { return nil }
      parents.insert(values.compactMap(\.stringValue))
    }
  }

  // MARK: SQL

  /// The counts of a session's changes reach the server when the session ends, or with the flush that later versions
  /// offer; a new session sees them.
  private static let relationsQuery = """
    WITH user_relations AS (
      SELECT c.*, n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ), columns AS (
      SELECT attrelid AS oid, pg_catalog.string_agg(pg_catalog.concat_ws('|', attnum, atttypid, atttypmod, attcollation,
        attisdropped, attstattarget, attoptions::text), ',' ORDER BY attnum) AS state
      FROM pg_catalog.pg_attribute WHERE attnum > 0 AND attrelid IN (SELECT oid FROM user_relations) GROUP BY 1
    ), statistics AS (
      SELECT starelid AS oid, pg_catalog.string_agg(pg_catalog.concat_ws('|', staattnum, stainherit, xmin, ctid), ','
        ORDER BY staattnum, stainherit) AS state
      FROM pg_catalog.pg_statistic GROUP BY 1
    ), indexes AS (
      -- The statistics of plain B-tree indexes are complete when they are built.
      SELECT i.indrelid AS oid, pg_catalog.string_agg(pg_catalog.concat_ws('|', i.indexrelid, x.relfilenode,
        i.indisvalid), ',' ORDER BY i.indexrelid) FILTER (WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
        OR m.amname <> 'btree') AS state,
        pg_catalog.bool_or(i.indexprs IS NOT NULL) AS has_expressions
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
      JOIN pg_catalog.pg_am m ON m.oid = x.relam GROUP BY 1
    ), objects AS (
      SELECT s.stxrelid AS oid, pg_catalog.string_agg(pg_catalog.concat_ws('|', s.oid, s.xmin, d.xmin, d.ctid), ','
        ORDER BY s.oid, d.ctid) AS state, pg_catalog.bool_or('e' = ANY (s.stxkind)) AS has_expressions
      FROM pg_catalog.pg_statistic_ext s LEFT JOIN pg_catalog.pg_statistic_ext_data d ON d.stxoid = s.oid GROUP BY 1
    )
    SELECT r.oid, pg_catalog.format('%I.%I', r.nspname, r.relname), r.relkind,
      pg_catalog.md5(pg_catalog.concat_ws(';', r.relfilenode, r.relkind, r.relpages, r.reltuples, r.relallvisible,
        pg_catalog.pg_stat_get_tuples_inserted(r.oid), pg_catalog.pg_stat_get_tuples_updated(r.oid),
        pg_catalog.pg_stat_get_tuples_deleted(r.oid), c.state, s.state, i.state, o.state)),
      COALESCE(i.has_expressions, false) OR COALESCE(o.has_expressions, false)
    FROM user_relations r LEFT JOIN columns c ON c.oid = r.oid LEFT JOIN statistics s ON s.oid = r.oid
    LEFT JOIN indexes i ON i.oid = r.oid LEFT JOIN objects o ON o.oid = r.oid
    """

  private static let worldQuery = """
    SELECT
      (SELECT pg_catalog.md5(pg_catalog.string_agg(p.oid::text || '|' || p.xmin::text, ',' ORDER BY p.oid))
        FROM pg_catalog.pg_proc p WHERE p.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace),
      pg_catalog.md5(pg_catalog.concat_ws(';', pg_catalog.current_setting('default_statistics_target'),
        (SELECT pg_catalog.string_agg(o.oid::text || '|' || o.xmin::text, ',' ORDER BY o.oid)
          FROM pg_catalog.pg_opclass o),
        (SELECT pg_catalog.string_agg(o.oid::text || '|' || o.xmin::text, ',' ORDER BY o.oid)
          FROM pg_catalog.pg_operator o WHERE o.oprnamespace <> 'pg_catalog'::pg_catalog.regnamespace),
        (SELECT pg_catalog.string_agg(s.setconfig::text, ',' ORDER BY s.setdatabase, s.setrole)
          FROM pg_catalog.pg_db_role_setting s)))
    """
}
