import Foundation
import Synchronization
import TestSupport

/// Dumps of one small database by the programs of one server, in every format that pg_dump and pg_dumpall have.
///
/// Their names say nothing about their formats.
final class Dumps: Sendable {
  private let project: Project

  /// The names of all dumps in the directory.
  static let names = [
    "plain.txt", "create", "clean.bak", "custom.bin", "tarred", "folder", "everything", "plain.1", "custom.2",
    "tarred.3", "folder.4", "create.5",
  ]

  /// The absolute path of a dump.
  func path(_ name: String) -> String { project.path("dumps/\(name)") }

  static func made(by server: InstalledServer) throws -> Dumps {
    try all.withLock { all in
      if let dumps = all[server] { return dumps }
      let dumps = try Dumps(server)
      all[server] = dumps
      return dumps
    }
  }

  private static let all = Mutex<[InstalledServer: Dumps]>([:])

  private init(_ server: InstalledServer) throws {
    project = try Project([
      "queries/manifest.yml":
        "version: 1\nseed: [{run: sh -eu ../make.sh}]\nqueries: [{name: one, sql: SELECT 1}]\n",
      "shop.sql": Dumps.schema,
      "make.sh": """
      bin=\(try server.binaries)
      psql="$bin/psql -Xq -v ON_ERROR_STOP=1"
      $psql -c 'CREATE ROLE shop_owner' -c 'CREATE ROLE "App User" LOGIN BYPASSRLS' -c 'CREATE ROLE reader' \\
        -c 'GRANT reader TO "App User"' -c 'CREATE DATABASE shop OWNER shop_owner'
      $psql -d shop -f ../shop.sql
      cd ../dumps
      dump="$bin/pg_dump -d shop"
      $dump -f plain.txt
      $dump -C -f create
      $dump -C --clean --if-exists -f clean.bak
      $dump -Fc -f custom.bin
      $dump -Ft -f tarred
      $dump -Fd -f folder
      $bin/pg_dumpall --exclude-database=plangate -f everything
      gzip -c plain.txt > plain.1
      zstd -q custom.bin -o custom.2
      lz4 -q tarred tarred.3
      tar -cf - folder | gzip > folder.4
      zstd -q create -o create.5
      chmod -R a+rX *

      """,
    ])
    try project.makeDirectory("dumps")
    let run = try project.plangate("record", "--no-cache", "--postgres", server.binaries)
    guard run.status == 0 else { throw TestFailure("the dumps of \(server) cannot be made\n\(run)") }
  }

  private static let schema = """
    CREATE SCHEMA app AUTHORIZATION shop_owner;
    CREATE TABLE app.orders (id integer PRIMARY KEY, note text);
    INSERT INTO app.orders SELECT n, 'note ' || n FROM generate_series(1, 5) AS n;
    ALTER TABLE app.orders OWNER TO shop_owner;
    GRANT SELECT ON app.orders TO reader WITH GRANT OPTION;
    ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA app GRANT SELECT ON TABLES TO "App User";
    ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON app.orders TO "App User" USING (true);
    ALTER DATABASE shop SET work_mem = '5MB';
    ALTER ROLE reader IN DATABASE shop SET enable_sort = off;
    COMMENT ON DATABASE shop IS 'a shop';
    GRANT CONNECT ON DATABASE shop TO reader;

    """
}
