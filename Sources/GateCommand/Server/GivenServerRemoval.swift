import PlanCore
import Postgres

extension GivenServer {
  /// Drops the databases and the roles that are plangate's.
  struct Removal {
    let server: GivenServer
    let databases: [String]
    let roles: [String]

    /// What could not be removed.
    func run() -> [Leftover] {
      var leftovers: [Leftover] = []
      let connection: Connection
      do {
        // A signal has ended the others.
        connection = try server.access.connect(
          database: server.maintenanceDatabase, application: "plangate", endsWithRun: false)
        try connection.liftLimits()
        try endSessions(connection)
      } catch {
        let statements = databases.map { "DROP DATABASE IF EXISTS \($0);" }
        return [
          Leftover(
            text: "\(server.access.description) could not be cleaned up: \(error.description)\n"
              + (statements + roles.map { "DROP ROLE \(delimitedIdentifier($0));" }).joined(separator: "\n"),
            isDatabase: !databases.isEmpty)
        ]
      }
      // Clones come after what they are copied from.
      for database in databases.reversed() {
        do { try server.drop(database, connection) } catch {
          leftovers.append(
            Leftover(
              text: "the database \(database) on \(server.access.description) could not be dropped: "
                + "\(error.description)\nDROP DATABASE \(database);", isDatabase: true))
        }
      }
      for role in roles.reversed() {
        do {
          try connection.execute(try server.statement("DROP ROLE IF EXISTS %1$I", [role], connection))
        } catch {
          leftovers.append(
            Leftover(
              text: "the role \(role), which plangate made on \(server.access.description), could not be dropped: "
                + "\(error.description)\nDROP ROLE \(delimitedIdentifier(role));"))
        }
      }
      return leftovers
    }

    /// Ends what plangate's own sessions are still doing: making a copy, for example, that would come after the drop.
    private func endSessions(_ connection: Connection) throws(ServerError) {
      let own =
        "FROM pg_catalog.pg_stat_activity WHERE application_name = $1 AND pid <> pg_catalog.pg_backend_pid()"
        + " AND usename = session_user"
      let deadline = ContinuousClock.now + .seconds(10)
      while try connection.execute("SELECT pg_catalog.pg_terminate_backend(pid) \(own)", [server.databaseName])
        .rows.count > 0, ContinuousClock.now < deadline
      {
        try connection.execute("SELECT pg_catalog.pg_sleep(0.01)")
      }
    }
  }
}
