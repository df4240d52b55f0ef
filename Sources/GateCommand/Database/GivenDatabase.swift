import Postgres

/// Makes the manifest's seeded database on a server that plangate does not run.
///
/// Nothing of it is cached.
struct GivenDatabase {
  /// The conninfo as the user gave it; it may hold a password.
  let conninfo: String
  /// The caller's variables for libpq.
  let libpqEnvironment: [String: String]
  var manifest: Manifest
  /// The effects that SQL seeds may have outside plangate's own database.
  let allowedReach: Set<SeedReach.Kind>
  /// The environment, cleared of the caller's PG* variables.
  let environment: [String: String]
  let console: Console

  /// Opens the database.
  ///
  /// - Returns: the database, on a server that the caller leaves by `stop`.
  func open() throws(Diagnostic) -> DatabaseState {
    let started = ContinuousClock.now
    // The check comes before anything runs, and again before each step, since earlier steps may write its files.
    try SeedReach.check(manifest.seed + manifest.migrations.map(\.step), in: manifest.directory, allowing: allowedReach)
    let given = try GivenServer(
      conninfo, libpqEnvironment: libpqEnvironment, manifest, allowing: allowedReach)
    let server = DatabaseServer(given)
    if manifest.findsRoles {
      var found = self
      let user = manifest.seedsAsRoot ? nil : try? given.stepUser()
      found.manifest.roles =
        NamedRoles.all(
          of: manifest, SeedOpener(directory: given.directory, user: user, environment: environment),
          pgRestore: try? given.client("pg_restore", environment: environment)
        ).missing
      found.manifest.findsRoles = false
      return try found.open(given, server, since: started)
    }
    return try open(given, server, since: started)
  }

  private func open(
    _ given: GivenServer, _ server: DatabaseServer, since started: ContinuousClock.Instant
  ) throws(Diagnostic) -> DatabaseState {
    do throws(Diagnostic) {
      do throws(ServerError) {
        try server.create(server.seeded)
        try server.make(roles: manifest.roles)
      } catch { throw server.diagnostic(error) }
      console.step(
        "database: \(server.seeded.text) on \(given.access.description), PostgreSQL \(server.version) "
          + "(\(seconds(since: started)) s)")
      let steps = StepRunner(environment: environment, console: console)
      return try DatabaseState(seeding: server.seeded, on: server, manifest: manifest, steps)
    } catch {
      server.stop()
      throw manifest.settingError(in: error) ?? error
    }
  }
}
