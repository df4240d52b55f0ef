import FoundationEssentials
import JSON

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Synchronization

/// A server that listens on TCP for the time of one command.
///
/// `listen_addresses` takes effect when the server starts, so opening and closing restart it, in about a tenth of a
/// second each.
extension DisposableServer {
  /// Restarts the server so that it also listens on 127.0.0.1, on a random port, for a random password.
  ///
  /// All connections end.
  package func openTCP() throws(ServerStartError) {
    do {
      try Data(TCPAccess.hostBasedAuthentication.utf8).write(to: URL(filePath: authentication))
    } catch { throw ServerStartError("cannot write \(authentication): \(error)") }
    // The server's user must be able to read it. It holds no secret.
    guard fileOwner == nil || chmod(authentication, 0o644) == 0 else {
      throw ServerStartError("cannot write \(authentication): \(String(cString: strerror(errno)))")
    }
    try stopCleanly()
    // Something else may take the port first.
    var failure = ServerStartError("no port is free on \(TCPAccess.address)")
    for _ in 0..<5 {
      guard let access = TCPAccess.random() else { break }
      tcp.withLock { $0 = access }
      do { try start() } catch {
        halt()
        failure = error
        continue
      }
      return try setPassword(access.password)
    }
    tcp.withLock { $0 = nil }
    throw ServerStartError("the server cannot listen on TCP: \(failure.message)")
  }

  /// Removes the password and restarts the server, which then listens on no TCP port.
  package func closeTCP() throws(ServerStartError) {
    try removePassword()
    try stopCleanly()
    tcp.withLock { $0 = nil }
    try start()
  }

  /// The file with the rules for TCP.
  var authentication: String { directory + "/pg_hba.conf" }

  /// The settings with which a server listens on TCP, as `postgres` takes them.
  var tcpSettings: [String: String] {
    guard let access = tcp.withLock({ $0 }) else { return [:] }
    return ["listen_addresses": TCPAccess.address, "port": "\(access.port)", "hba_file": authentication]
  }

  // MARK: The password

  private func setPassword(_ password: String) throws(ServerStartError) {
    secrets.withLock { $0.append(password) }
    do {
      let connection = try silentConnection()
      let verifier = try connection.scramVerifier(of: password, user: DisposableServer.user)
      let before = try connection.execute(
        "SELECT rolpassword, rolvaliduntil FROM pg_catalog.pg_authid WHERE rolname = $1", [DisposableServer.user]
      ).rows.first
      passwordBefore.withLock { $0 = (verifier, before?[0], before?[1]) }
      try connection.execute(
        "UPDATE pg_catalog.pg_authid SET rolpassword = $2, rolvaliduntil = NULL WHERE rolname = $1",
        [DisposableServer.user, verifier])
    } catch { throw ServerStartError("cannot set the password of \(DisposableServer.user): \(error.message)") }
  }

  private func removePassword() throws(ServerStartError) {
    guard let (verifier, password, limit) = passwordBefore.withLock({ $0 }) else { return }
    do {
      let connection = try silentConnection()
      // The command may have set another one, as pg_dumpall's files do.
      try connection.execute(
        """
        UPDATE pg_catalog.pg_authid SET rolpassword = $2, rolvaliduntil = $3::timestamptz
        WHERE rolname = $1 AND rolpassword = $4
        """, [DisposableServer.user, password, limit, verifier])
      // Otherwise the dead row, with the verifier of the removed password, goes into the cache.
      try connection.execute("VACUUM pg_catalog.pg_authid")
    } catch { throw ServerStartError("cannot remove the password of \(DisposableServer.user): \(error.message)") }
    passwordBefore.withLock { $0 = nil }
  }

  /// A connection whose statements no log holds, whatever the settings of the manifest or of an extension say.
  private func silentConnection() throws(ServerError) -> Connection {
    let connection = try connect(database: "postgres")
    for (name, value) in [
      ("log_statement", "none"), ("log_min_duration_statement", "-1"), ("log_min_duration_sample", "-1"),
      ("log_transaction_sample_rate", "0"), ("log_parameter_max_length", "0"), ("log_min_error_statement", "panic"),
      ("auto_explain.log_min_duration", "-1"),
    ] {
      try connection.execute("SELECT pg_catalog.set_config($1, $2, false)", [name, value])
    }
    return connection
  }

  // MARK: Use

  /// The variables with which a command reaches a database: over TCP while the server listens there, else by socket.
  package func commandEnvironment(database: String) -> [String: String] {
    var environment = clientEnvironment(database: database)
    guard let access = tcp.withLock({ $0 }) else { return environment }
    let (user, password) = (DisposableServer.user, access.password)
    let place = "\(TCPAccess.address):\(access.port)/\(database.percentEncoded())"
    environment["PGHOST"] = TCPAccess.address
    environment["PGPORT"] = "\(access.port)"
    environment["PGPASSWORD"] = password
    environment["DATABASE_URL"] = "postgresql://\(user):\(password)@\(place)"
    environment["JDBC_DATABASE_URL"] = "jdbc:postgresql://\(place)?user=\(user)&password=\(password)"
    return environment
  }

  /// A text without the passwords that the server has had.
  package func withoutPasswords(_ text: String) -> String {
    secrets.withLock { $0 }.reduce(text) { text, secret in
      text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "…")
    }
  }
}
