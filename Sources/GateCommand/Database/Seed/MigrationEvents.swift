import FoundationEssentials
import JSON
import Postgres

/// What event triggers said of one DDL statement of a command, at its start or at its end.
struct MigrationEvent: Equatable {
  /// A lock of its transaction.
  struct Lock: Equatable {
    /// The OID of its relation and the name of its mode.
    let key: [String]
    /// The number of the relation's file; nil if the relation is gone.
    let file: String?
    /// Whether that file has nothing in it, as far as that was looked up.
    let isEmpty: Bool
  }

  let isStart: Bool
  /// The kind of statement, such as `ALTER TABLE`.
  let tag: String
  /// The text that the client sent, or its beginning.
  let query: String
  /// A name for its transaction.
  let transaction: String
  /// The number of its transaction; nil before that has one.
  let transactionID: String?
  let lockTimeout: String
  let wal: Double
  let locks: [Lock]
  /// The tables that the statement altered, by OID.
  let shapes: [String: TableShape]
  /// What was counted for tables, by OID.
  let counts: [String: MigrationMoment.Counts]

  /// The first line of the statement.
  ///
  /// A text with several statements, or one that runs others inside, is named by the kind of this one, too.
  var text: String {
    let lines = query.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
    guard let line = lines.first(where: { !$0.isEmpty && !$0.hasPrefix("--") }) else { return tag }
    return line.uppercased().hasPrefix(tag) ? String(line) : "\(tag) in \(line)"
  }

  /// Nil for a text that the triggers do not write.
  init?(_ text: String) {
    guard let json = try? JSON(parsing: text, maximumDepth: 8), case .array(let locks) = json["locks"],
      case .array(let counts) = json["counts"], let event = json["event"]?.stringValue,
      let tag = json["tag"]?.stringValue, let query = json["query"]?.stringValue,
      let transaction = json["transaction"]?.stringValue, let lockTimeout = json["lockTimeout"]?.stringValue,
      let wal = json["wal"]?.numberValue
    else { return nil }
    isStart = event == "ddl_command_start"
    transactionID = json["transactionID"]?.stringValue
    (self.tag, self.query, self.transaction) = (tag, query, transaction)
    (self.lockTimeout, self.wal) = (lockTimeout, wal)
    self.locks = locks.compactMap { lock in
      guard let relation = lock["relation"]?.stringValue, let mode = lock["mode"]?.stringValue else { return nil }
      return Lock(key: [relation, mode], file: lock["file"]?.stringValue, isEmpty: lock["isEmpty"] == .bool(true))
    }
    guard case .object(let tables)? = json["shapes"] else { return nil }
    let shapes = tables.compactMap { table in TableShape(table.value).map { (table.key, $0) } }
    self.shapes = Dictionary(shapes) { $1 }
    let found = counts.compactMap { count -> (String, MigrationMoment.Counts)? in
      guard let relation = count["relation"]?.stringValue, let read = count["read"]?.numberValue,
        let inserted = count["inserted"]?.numberValue, let changed = count["changed"]?.numberValue
      else { return nil }
      return (relation, MigrationMoment.Counts(read: read, written: inserted + changed, changed: changed))
    }
    self.counts = Dictionary(found) { $1 }
  }
}

/// Event triggers that watch what a command does to a database.
///
/// They fire inside the sessions of the tool and report with RAISE LOG, as a rollback would take the rows of a table.
/// Schema dumps leave them out: they are members of plpgsql, and their function is in the system's schema.
struct MigrationTriggers {
  private let server: DatabaseServer
  private let database: DatabaseServer.Name
  private let log: String
  /// The name of the triggers and their function, and the mark of their lines: letters, digits and underscores.
  private let name: String
  /// How many bytes of the log are old.
  private var read: Int

  private static let events = ["start", "end"]

  /// Nil where they cannot be made or read.
  init?(on server: DatabaseServer, in database: DatabaseServer.Name) throws(ServerError) {
    guard let log = (server.host as? DisposableServer)?.log else { return nil }
    let connection = try server.newConnection(to: database)
    guard
      try connection.execute("SELECT FROM pg_catalog.pg_extension WHERE extname = 'plpgsql'").rows.count == 1
    else { return nil }
    let digits = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)].map { String($0, radix: 16) }
    name = "plangate_" + digits.joined()
    (self.server, self.database, self.log) = (server, database, log)
    try connection.execute("BEGIN")
    try connection.execute(MigrationTriggers.function(name))
    for event in MigrationTriggers.events {
      let trigger = "\(name)_\(event)"
      try connection.execute(
        "CREATE EVENT TRIGGER \(trigger) ON ddl_command_\(event) EXECUTE FUNCTION pg_catalog.\(name)()")
      // session_replication_role = replica would silence it.
      try connection.execute("ALTER EVENT TRIGGER \(trigger) ENABLE ALWAYS")
    }
    for event in MigrationTriggers.events {
      try connection.execute("ALTER EXTENSION plpgsql ADD EVENT TRIGGER \(name)_\(event)")
    }
    try connection.execute("COMMIT")
    read = MigrationTriggers.bytes(of: log).count
  }

  /// What they have said since they were made, or since this was asked, in order.
  mutating func said() -> [MigrationEvent] {
    let bytes = MigrationTriggers.bytes(of: log)
    let text = String(decoding: bytes.dropFirst(read), as: UTF8.self)
    read = bytes.count
    return text.split(separator: "\n").compactMap { line in
      line.firstRange(of: "\(name) {").flatMap { MigrationEvent("{" + line[$0.upperBound...]) }
    }
  }

  /// Drops them.
  func remove() throws(ServerError) {
    let connection = try server.newConnection(to: database)
    let found = try connection.execute(
      "SELECT evtname FROM pg_catalog.pg_event_trigger WHERE starts_with(evtname, $1)", [name]
    ).rows.compactMap { $0[0] }
    try connection.execute("BEGIN")
    for event in MigrationTriggers.events where found.contains("\(name)_\(event)") {
      try connection.execute("ALTER EXTENSION plpgsql DROP EVENT TRIGGER \(name)_\(event)")
      try connection.execute("DROP EVENT TRIGGER \(name)_\(event)")
    }
    try connection.execute("DROP FUNCTION IF EXISTS pg_catalog.\(name)()")
    try connection.execute("COMMIT")
  }

  private static func bytes(of path: String) -> Data { FileManager.default.contents(atPath: path) ?? Data() }

  /// The function of the triggers.
  ///
  /// It has its own rights and settings, whatever the session has: everything goes into the log, in one line, and
  /// nothing to the client. A migration never fails by it.
  private static func function(_ name: String) -> String {
    """
    CREATE FUNCTION pg_catalog.\(name)() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET log_min_messages = log SET log_min_error_statement = panic
    SET log_error_verbosity = terse SET client_min_messages = error
    AS $observe$
    DECLARE altered oid[];
    BEGIN
      IF tg_event = 'ddl_command_end' THEN
        WITH RECURSIVE t AS (
          SELECT objid FROM pg_event_trigger_ddl_commands() WHERE classid = 'pg_class'::regclass
          UNION SELECT i.inhrelid FROM pg_inherits i JOIN t ON i.inhparent = t.objid
        ) SELECT array_agg(objid) INTO altered FROM t;
      END IF;
      PERFORM pg_stat_clear_snapshot();
      RAISE LOG '\(name) %', jsonb_build_object(
        'event', tg_event, 'tag', tg_tag, 'query', left(current_query(), 1000),
        'transaction', pg_backend_pid() || ' ' || now(),
        'transactionID', pg_current_xact_id_if_assigned()::text, 'lockTimeout', current_setting('lock_timeout'),
        'wal', pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'),
        'locks', (
          SELECT COALESCE(jsonb_agg(jsonb_build_object(
            'relation', l.relation::text, 'mode', l.mode, 'file', c.relfilenode::text,
            'isEmpty', l.mode = 'AccessExclusiveLock' AND c.relkind IN ('r', 'm') AND pg_relation_size(c.oid) = 0)), '[]')
          FROM (\(LockPoll.query("pg_backend_pid()"))) l LEFT JOIN pg_class c ON c.oid = l.relation
          WHERE l.relation >= 16384),
        'shapes', (
          SELECT COALESCE(jsonb_object_agg(c.oid::text, \(TableShape.expression)), '{}')
          FROM pg_class c WHERE c.oid = ANY (altered) AND c.relkind IN ('r', 'm')),
        'counts', (
          SELECT COALESCE(jsonb_agg(jsonb_build_object(
            'relation', oid::text, 'read', read, 'inserted', inserted, 'changed', changed)), '[]')
          FROM (
            SELECT c.oid, \(zip(MigrationMoment.countExpressions, ["read", "inserted", "changed"])
              .map { "\($0) AS \($1)" }.joined(separator: ", "))
            FROM pg_class c WHERE c.relkind IN ('r', 'm') AND c.oid >= 16384) t
          WHERE read + inserted + changed > 0));
    EXCEPTION WHEN OTHERS THEN NULL;
    END $observe$
    """
  }
}
