import Postgres

/// The files of a cluster that runs may share.
///
/// Runs that only read its seeded database do so in READ ONLY transactions. Such transactions write to no table and
/// create nothing, but they set hint bits on rows whose transaction they had to look up, and mark dead rows. If all
/// rows are frozen, there is nothing to look up and nothing dead. Making and dropping other databases writes to a few
/// catalogs that all databases share, and every server writes to its control file, its WAL and its transaction status.
///
/// Runs that go on with the seed or the migrations write to the catalogs too, and to some tables, whose files they copy
/// before; reading the others writes to them no more than above.
///
/// Code that writes outside these transactions can also write to a table of the seed: background workers of preloaded
/// libraries, or triggers on login. If there may be such code, nothing of the database is shared.
enum SharedFiles {
  /// The files of a database that is vacuumed and analyzed.
  ///
  /// Its catalogs, which were written to when statistics were collected, are frozen first.
  static func ofSeeded(_ connection: Connection) throws(ServerError) -> ClusterFiles.Sharing {
    // The server wrote this statement and quoted the names in it.
    if let vacuum = try connection.execute(SharedFiles.vacuum).value { try connection.execute(vacuum) }
    var sharing = try untouchable(connection)
    if try hasWriters(connection) { return sharing }
    sharing.folders = ["global"]
    if let folder = try connection.execute(SharedFiles.ownFolder).value { sharing.folders.insert(folder) }
    sharing.untouched.formUnion(try connection.execute(SharedFiles.initialDatabases).rows.compactMap { $0[0] })
    let exceptions = try connection.execute(SharedFiles.exceptions).rows.compactMap { $0.first ?? nil }
    sharing.exceptions = Set(exceptions).union(["global/pg_control"])
    sharing.common.formUnion(sharing.untouched)
    sharing.common.formUnion(try TableFiles.read(connection).unwritten)
    return sharing
  }

  /// The files of a database that was vacuumed and analyzed before some migrations.
  ///
  /// - Parameter basis: what its statistics were made from then; nil if that is unknown.
  static func ofMigrated(
    _ connection: Connection, since basis: StatisticsBasis?
  ) throws(ServerError) -> ClusterFiles.Sharing {
    var sharing = try untouchable(connection)
    guard let basis, let changed = try StatisticsBasis.read(connection).changed(since: basis),
      try !hasWriters(connection)
    else { return sharing }
    sharing.untouched.formUnion(try connection.execute(SharedFiles.initialDatabases).rows.compactMap { $0[0] })
    sharing.common = sharing.untouched.union(try TableFiles.read(connection).unwritten(but: changed))
    return sharing
  }

  /// The files of the one database that accepts no connections, for use while the seed still runs or if other code may
  /// write.
  static func untouchable(_ connection: Connection) throws(ServerError) -> ClusterFiles.Sharing {
    let folder = try connection.execute(
      "SELECT 'base/' || oid FROM pg_catalog.pg_database WHERE datname = 'template0' AND NOT datallowconn"
    ).value
    let folders = Set([folder].compactMap { $0 })
    return ClusterFiles.Sharing(untouched: folders, common: folders)
  }

  /// Whether other code may write to the database.
  static func hasWriters(_ connection: Connection) throws(ServerError) -> Bool {
    try connection.execute(SharedFiles.writers).value != nil
  }

  /// A trigger on login (17 and newer), or a preloaded library that may start something that writes to tables.
  private static let writers = """
    SELECT evtname::text FROM pg_catalog.pg_event_trigger WHERE evtevent = 'login' AND evtenabled <> 'D'
    UNION ALL
    SELECT library FROM pg_catalog.regexp_split_to_table(
      pg_catalog.current_setting('shared_preload_libraries'), '[\\s,"]+') library
    WHERE library NOT IN ('', 'auth_delay', 'auto_explain', 'passwordcheck', 'pg_hint_plan', 'pg_prewarm',
      'pg_stat_statements')
    LIMIT 1
    """

  private static let vacuum = """
    SELECT 'VACUUM (FREEZE, INDEX_CLEANUP ON) ' || pg_catalog.string_agg(c.oid::pg_catalog.regclass::text, ', ')
    FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace AND c.relkind = 'r'
    """

  /// The databases of initdb, to which no run writes.
  private static let initialDatabases = """
    SELECT 'base/' || oid FROM pg_catalog.pg_database WHERE datname IN ('template0', 'template1', 'postgres')
    """

  private static let ownFolder = """
    SELECT 'base/' || oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
    """

  /// The relations that cannot be shared.
  ///
  /// They are relations with rows that are not frozen, that are reset after a crash, or that are not tables; the shared
  /// catalogs that CREATE and DROP DATABASE write to; and large objects, which servers before 16 let READ ONLY
  /// transactions write.
  private static let exceptions = """
    WITH written AS (
      SELECT c.oid, c.reltoastrelid FROM pg_catalog.pg_class c
      WHERE c.relpersistence <> 'p' OR c.relkind = 'S'
        OR c.relkind IN ('r', 'm', 't') AND c.relallvisible < c.relpages
        OR c.oid IN ('pg_catalog.pg_largeobject'::pg_catalog.regclass,
          'pg_catalog.pg_largeobject_metadata'::pg_catalog.regclass)
        OR c.relisshared AND c.relname IN ('pg_database', 'pg_db_role_setting', 'pg_shdepend', 'pg_shdescription',
          'pg_shseclabel', 'pg_subscription', 'pg_auth_members', 'pg_authid')
    ), related AS (
      SELECT oid FROM written
      UNION SELECT reltoastrelid FROM written WHERE reltoastrelid <> 0
      UNION SELECT oid FROM pg_catalog.pg_class WHERE reltoastrelid IN (SELECT oid FROM written)
    )
    SELECT pg_catalog.pg_relation_filepath(r.oid) FROM (
      SELECT oid FROM related
      UNION SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid IN (SELECT oid FROM related)
    ) r WHERE pg_catalog.pg_relation_filepath(r.oid) IS NOT NULL
    """
}
