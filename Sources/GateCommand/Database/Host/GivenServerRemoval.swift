import OperatingSystem
import PlanCore
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension GivenServer {
  /// Drops the databases and the roles that plangate made.
  ///
  /// A server that does not answer may be restarting, so the removal is retried for a while.
  struct Removal {
    private let server: GivenServer
    private var databases: [String]
    private var roles: [String]
    private var leftovers: [Leftover] = []
    /// The signal that ends the retries: the first one of the run must not leave anything behind.
    private let lastSignal = max(Interruption.shared.count, 1) + 1

    /// The time for which a server that does not answer is retried.
    private static let patience = Duration.seconds(30)

    init(server: GivenServer, databases: [String], roles: [String]) {
      self.server = server
      // Clones are made after their originals, and roles may own objects in databases.
      self.databases = databases.reversed()
      self.roles = roles.reversed()
    }

    /// Removes everything and returns what could not be removed.
    mutating func run() -> [Leftover] {
      var deadline: ContinuousClock.Instant?
      while true {
        do {
          try remove()
          return leftovers
        } catch {
          let end = deadline ?? .now + Removal.patience
          guard error.isConnectionLost || error.lacksResources, ContinuousClock.now < end,
            Interruption.shared.count < lastSignal
          else { return leftovers + [rest(because: error)] }
          if deadline == nil {
            Console.error(
              "waiting for \(server.access.description), for 30 s at most, to drop plangate's databases and roles there "
                + "(Ctrl-C\(lastSignal > 2 ? "" : ", twice,") ends the wait): \(error.message)")
          }
          deadline = end
          usleep(200_000)
        }
      }
    }

    /// - Throws: an error when the server does not answer; objects removed until then are no longer listed.
    private mutating func remove() throws(ServerError) {
      // A signal has ended the other connections.
      let connection = try server.access.connect(
        database: server.maintenanceDatabase, application: "plangate", endedBySignal: lastSignal)
      try connection.liftLimits()
      try endSessions(connection)
      while let database = databases.first {
        do { try server.drop(database, connection) } catch {
          if error.isConnectionLost { throw error }
          leftovers.append(
            Leftover(
              text: "the database \(database) on \(server.access.description) could not be dropped: "
                + "\(error.description)\nDROP DATABASE \(database);", isDatabase: true))
        }
        databases.removeFirst()
      }
      while let role = roles.first {
        do {
          try connection.execute(try server.statement("DROP ROLE IF EXISTS %1$I", [role], connection))
        } catch {
          if error.isConnectionLost { throw error }
          leftovers.append(
            Leftover(
              text: "the role \(role), which plangate made on \(server.access.description), could not be dropped: "
                + "\(error.description)\nDROP ROLE \(delimitedIdentifier(role));"))
        }
        roles.removeFirst()
      }
    }

    private func rest(because error: ServerError) -> Leftover {
      let statements = databases.map { "DROP DATABASE IF EXISTS \($0);" }
      return Leftover(
        text: "\(server.access.description) could not be cleaned up: \(error.description)\n"
          + (statements + roles.map { "DROP ROLE \(delimitedIdentifier($0));" }).joined(separator: "\n"),
        isDatabase: !databases.isEmpty)
    }

    /// Ends statements of the sessions that plangate opened, such as a copy that would complete after the drop.
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
