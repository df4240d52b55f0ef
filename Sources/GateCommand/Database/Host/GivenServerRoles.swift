import PlanCore
import Postgres
import Synchronization

/// The roles on a given server.
extension GivenServer {
  func make(role: String, _ connection: Connection) throws(ServerError) {
    let create = try statement("CREATE ROLE %1$I", [role], connection)
    // Registered before it is made: if the connection is lost meanwhile, it may exist or not.
    state.withLock { $0.roles.append(role) }
    do throws(ServerError) {
      try connection.execute("BEGIN")
      do {
        try connection.execute(create)
        // The comment identifies the role to other runs, and to people after a `kill -9`.
        try connection.execute(
          try statement("COMMENT ON ROLE %1$I IS %2$L", [role, "made by \(databaseName)"], connection))
        try connection.execute("COMMIT")
      } catch {
        _ = try? connection.execute("ROLLBACK")
        throw error
      }
    } catch let error where !error.isConnectionLost {
      state.withLock { $0.roles.removeAll { $0 == role } }
      // Another run was faster.
      if ["42710", "23505"].contains(error.sqlState) { return }
      guard error.sqlState == "42501" else { throw error }
      let statements = try statement(
        "CREATE ROLE %1$I; or: ALTER ROLE %2$I CREATEROLE;", [role, access.user], connection)
      throw ServerError(
        sqlState: "42501",
        message: "the role '\(access.user)' cannot create the role '\(role)' of the manifest on \(access.description)",
        hint: "ask a privileged role to run: \(statements)")
    }
    let isSuperuser = try connection.execute(
      "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"
    ).value
    if isSuperuser == "t" { return }
    // Since 16, the creator of a role may grant it to anyone but cannot switch to it without these options.
    let options = major >= 16 ? " WITH INHERIT TRUE, SET TRUE" : ""
    try connection.execute(try statement("GRANT %1$I TO CURRENT_USER\(options)", [role], connection))
  }
}
