import Postgres

/// Makes the manifest's seeded database on a server that somebody else runs. Nothing of it is in a cache.
struct GivenDatabase {
  /// As the user gave it; it may hold a password.
  let conninfo: String
  /// The caller's variables for libpq.
  let libpqEnvironment: [String: String]
  let manifest: Manifest
  /// What SQL seeds may do outside plangate's own database.
  let allowedReach: Set<SeedReach.Kind>
  /// Cleared of the caller's PG*.
  let environment: [String: String]
  let console: Console

  /// - Returns: the database, on a server that the caller leaves by `stop`.
  func open() throws(Diagnostic) -> DatabaseState {
    let started = ContinuousClock.now
    // Before anything runs; and before each step again, since those before may write its files.
    try SeedReach.check(manifest.seed, in: manifest.directory, allowing: allowedReach)
    let given = try GivenServer(
      conninfo, libpqEnvironment: libpqEnvironment, manifest, allowing: allowedReach)
    let server = GateServer(given)
    do throws(Diagnostic) {
      do throws(ServerError) {
        try server.create(server.seeded)
        try server.make(roles: manifest.roles)
      } catch { throw server.diagnostic(error) }
      console.step(
        "database: \(server.seeded.text) on \(given.access.description), PostgreSQL \(server.versionText) "
          + "(\(seconds(since: started)) s)")
      let steps = StepRunner(environment: environment, console: console)
      try Seeding(manifest, on: server, in: server.seeded, steps).run(manifest.seed)
      return try DatabaseState(settling: server.seeded, on: server, manifest: manifest, steps)
    } catch {
      server.stop()
      throw manifest.settingError(in: error) ?? error
    }
  }
}
