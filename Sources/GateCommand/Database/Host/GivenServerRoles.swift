import Postgres
import Synchronization

/// Roles on a given server.
extension GivenServer {
  func make(role: String, _ connection: Connection) throws(ServerError) {
    let create = try statement("CREATE ROLE %1$I", [role], connection)
    // Before it is made: when the connection is lost meanwhile, it may be there or not.
    state.withLock { $0.roles.append(role) }
    do throws(ServerError) {
      try connection.execute("BEGIN")
      do {
        try connection.execute(create)
        // So that other runs know whose it is, and people after a `kill -9`.
        try connection.execute(
          try statement("COMMENT ON ROLE %1$I IS %2$L", [role, "made by \(databaseName)"], connection))
        try connection.execute("COMMIT")
      } catch {
        _ = try? connection.execute("ROLLBACK")
        throw error
      }
    } catch let error where !error.isConnectionLost {
      state.withLock { $0.roles.removeAll { $0 == role } }
      // Another run was quicker.
      if ["42710", "23505"].contains(error.sqlState) { return }
      guard error.sqlState == "42501" else { throw error }
      let statements = try statement(
        "CREATE ROLE %1$I; or: ALTER ROLE %2$I CREATEROLE;", [role, access.user], connection)
      throw ServerError(
        sqlState: "42501",
        message: "the role '\(access.user)' may not make the role '\(role)' of the manifest on \(access.description)",
        hint: "let somebody run who may: \(statements)")
    }
    let isSuperuser = try connection.execute(
      "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"
    ).value
    if isSuperuser == "t" { return }
    // From 16 on, who makes a role may give it to anybody and still not become it.
    let options = versionNumber >= 160_000 ? " WITH INHERIT TRUE, SET TRUE" : ""
    try connection.execute(try statement("GRANT %1$I TO CURRENT_USER\(options)", [role], connection))
  }
}
