/// Recognizes clients that cannot use a Unix socket, by what they print.
enum SocketTrouble {
  /// Words in lower case of drivers and tools that look for a host or a port where there is a socket.
  private static let words = [
    // libpq, and whatever else opens a TCP connection.
    "connection refused", "econnrefused", "could not translate host name", "connection to server at \"localhost\"",
    "connection to server at \"127.0.0.1\"", "no such host", "name or service not known", "nodename nor servname",
    // JDBC.
    "unable to parse url jdbc:", "no suitable driver found for", "unknownhostexception", "jdbcurl is required",
    "the url must start with jdbc", "must start with \"jdbc\"", "the connection attempt failed",
    // Go.
    "dial tcp", "failed to parse as url", "invalid port \":",
    // Node and Prisma.
    "getaddrinfo", "err_invalid_url", "p1001", "p1013", "can't reach database server", "empty host in database url",
    // Rust: sqlx and the url crate.
    "emptyhost", "empty host", "relativeurlwithoutbase",
    // Python: pydantic and URL-only settings.
    "input should be a valid url", "url should have a host", "missing host", "invalid or missing url",
    // Elixir.
    "tcp connect", ":host is not present", "host is not present",
  ]

  /// The next step for a command that failed for this reason, as a line for its error; empty if that is not it.
  static func hint(for step: SeedStep, output: String) -> String {
    guard case .command = step.source, !step.usesTCP else { return "" }
    let output = output.lowercased()
    guard words.contains(where: output.contains) else { return "" }
    return
      "\nthe server listens on a Unix socket only; for a client that cannot use one, write 'tcp: true' beside 'run:'"
  }
}
