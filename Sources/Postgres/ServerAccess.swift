import FoundationEssentials
import JSON

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The way in which the first connection reached a server, so that all later ones reach the same one.
///
/// Host, address and port are those that answered. Values from libpq's environment, a service file or a password file
/// are passed explicitly from then on.
package struct ServerAccess: Sendable {
  private let parameters: [String: String]
  /// libpq's variables, without host, user, database and password.
  private let variables: [String: String]
  private let host: String
  private let address: String
  private let port: String
  package let user: String
  /// The password; empty for none.
  private let password: String
  /// Whether the caller asked for `address`.
  private let namesAddress: Bool

  /// Options that each connection sets anew, or that only served to find the values that are now explicit.
  private static let own: Set<String> = [
    "host", "hostaddr", "port", "user", "dbname", "password", "passfile", "service", "servicefile", "application_name",
    "fallback_application_name", "client_encoding", "replication",
  ]

  package init(of connection: Connection) {
    let options = connection.options
    host = connection.host
    address = connection.hostAddress
    port = connection.port
    user = connection.user
    password = connection.password
    namesAddress = options.contains { $0.keyword == "hostaddr" }
    let others = options.filter { !ServerAccess.own.contains($0.keyword) }
    let given = Dictionary(others.map { ($0.keyword, $0.value) }, uniquingKeysWith: { first, _ in first })
    // A network that drops packets is noticed after a minute or two instead of after hours.
    parameters = ["keepalives_idle": "30", "tcp_user_timeout": "60000"].merging(given) { $1 }
    variables = Dictionary(
      others.filter { !$0.isDefault }.compactMap { option in option.variable.map { ($0, option.fromAnywhere) } },
      uniquingKeysWith: { first, _ in first })
  }

  // MARK: plangate's own connections

  /// Opens the first connection, with libpq's environment set only during the call.
  ///
  /// - Parameter environment: the caller's libpq variables. No other thread may read the environment meanwhile.
  package static func open(
    _ info: ConnectionInfo, environment: [String: String]
  ) throws(ServerError) -> Connection {
    var environment = environment
    // A host that drops packets would otherwise block for ever.
    if environment["PGCONNECT_TIMEOUT", default: ""].isEmpty { environment["PGCONNECT_TIMEOUT"] = "10" }
    for (name, value) in environment { setenv(name, value, 1) }
    defer { for name in environment.keys { unsetenv(name) } }
    return try Connection(
      info.parameters.merging(["application_name": "plangate", "client_encoding": "UTF8"]) { $1 }, endedBySignal: 1)
  }

  /// Opens a connection to a database of the same server.
  ///
  /// - Parameter endsWithRun: whether a signal that ends the run ends the connection.
  package func connect(
    database: String, application: String, endsWithRun: Bool
  ) throws(ServerError) -> Connection {
    try connect(database: database, application: application, endedBySignal: endsWithRun ? 1 : nil)
  }

  /// - Parameter number: the number of the signal that ends the connection; nil for none.
  package func connect(
    database: String, application: String, endedBySignal number: Int?
  ) throws(ServerError) -> Connection {
    var parameters = parameters
    parameters["host"] = host
    if !address.isEmpty { parameters["hostaddr"] = address }
    parameters["port"] = port
    parameters["user"] = user
    parameters["dbname"] = database
    if !password.isEmpty { parameters["password"] = password }
    parameters["application_name"] = application
    parameters["client_encoding"] = "UTF8"
    return try Connection(parameters, endedBySignal: number)
  }

  // MARK: Children

  /// libpq's variables for psql and pg_restore, without the password, which `passwordFile` holds.
  package func clientEnvironment(database: String) -> [String: String] {
    var environment = variables.merging(variables(for: database)) { $1 }
    // The host name may stand for several servers.
    if !address.isEmpty { environment["PGHOSTADDR"] = address }
    return environment
  }

  /// The variables for other commands, which do not read a password file and may not know `PGHOSTADDR`.
  package func commandEnvironment(database: String) -> [String: String] {
    var environment = variables.merging(variables(for: database)) { $1 }
    if namesAddress { environment["PGHOSTADDR"] = address }
    if !password.isEmpty { environment["PGPASSWORD"] = password }
    environment["DATABASE_URL"] = url(database: database, password: password)
    environment["JDBC_DATABASE_URL"] = jdbcURL(database: database)
    return environment
  }

  private func variables(for database: String) -> [String: String] {
    [
      "PGHOST": host, "PGPORT": port, "PGUSER": user, "PGDATABASE": database, "PGAPPNAME": "plangate",
      "PGCLIENTENCODING": "UTF8",
    ]
  }

  /// The text of a password file for this server only; nil without a password or if such a file cannot hold it.
  package var passwordFile: String? {
    guard !password.isEmpty, !password.contains(where: \.isNewline) else { return nil }
    func escaped(_ text: String) -> String {
      text.map { $0 == ":" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    }
    // libpq looks for "localhost" when the socket is in its default directory.
    let hosts = isSocket ? [host, "localhost"] : [host]
    return hosts.map { "\(escaped($0)):\(port):*:\(escaped(user)):\(escaped(password))\n" }.joined()
  }

  /// The password variable, if a password file cannot hold the password.
  package var passwordVariables: [String: String] {
    password.isEmpty || passwordFile != nil ? [:] : ["PGPASSWORD": password]
  }

  // MARK: For people

  /// The address, such as `localhost:5432`, without user and password.
  package var description: String {
    host.contains(":") && !isSocket ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// A URI without the password.
  package func url(database: String) -> String { url(database: database, password: "") }

  private func url(database: String, password: String) -> String {
    let credentials = user.percentEncoded() + (password.isEmpty ? "" : ":\(password.percentEncoded())")
    var query: [String] = []
    var place = ""
    if isSocket {
      query += ["host=\(host.percentEncoded())", "port=\(port)"]
    } else {
      place = (host.contains(":") ? "[\(host)]" : host.percentEncoded()) + ":\(port)"
    }
    for (variable, keyword) in [("PGSSLMODE", "sslmode"), ("PGSSLROOTCERT", "sslrootcert")] {
      if let value = variables[variable] { query.append("\(keyword)=\(value.percentEncoded())") }
    }
    return "postgresql://\(credentials)@\(place)/\(database.percentEncoded())"
      + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
  }

  /// The address for JDBC, whose driver knows no Unix sockets; nil for one.
  private func jdbcURL(database: String) -> String? {
    if isSocket { return nil }
    let place = (host.contains(":") ? "[\(host)]" : host.percentEncoded()) + ":\(port)"
    var query = ["user=\(user.percentEncoded())"]
    if !password.isEmpty { query.append("password=\(password.percentEncoded())") }
    for (variable, keyword) in [("PGSSLMODE", "sslmode"), ("PGSSLROOTCERT", "sslrootcert")] {
      if let value = variables[variable] { query.append("\(keyword)=\(value.percentEncoded())") }
    }
    return "jdbc:postgresql://\(place)/\(database.percentEncoded())?" + query.joined(separator: "&")
  }

  /// The text without the password, including its form in a URI.
  ///
  /// A password equal to the user's name is no secret and stays.
  package func withoutPassword(_ text: String) -> String {
    guard !password.isEmpty, password != user else { return text }
    return [password, password.percentEncoded()].reduce(text) { text, secret in
      text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "…")
    }
  }

  private var isSocket: Bool { host.hasPrefix("/") || host.hasPrefix("@") }

  /// Whether a client of another operating-system user might fail to connect.
  ///
  /// A server may ask the socket for its user, and files for TLS are looked up in the user's home and may be closed to
  /// others.
  package var dependsOnUser: Bool {
    let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
    return isSocket || variables.keys.contains { $0.hasPrefix("PGSSL") } || access("\(home)/.postgresql", F_OK) == 0
  }

  /// Whether the server is on this machine.
  package var isLocal: Bool { isSocket || address.hasPrefix("127.") || address == "::1" }
}
