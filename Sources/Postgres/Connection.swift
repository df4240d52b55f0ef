import OperatingSystem

internal import CLibPQ

/// A connection to a server.
///
/// It owns the handle and closes it.
///
/// Statements go through the extended protocol, so a second statement in one text is an error, and values are bound,
/// never interpolated.
///
/// A connection may move between threads, as libpq allows, but only one thread may use it at a time.
package final class Connection: @unchecked Sendable {
  let handle: OpaquePointer
  /// The number of statements sent whose results have not been read.
  private var unanswered = 0

  /// - Parameters:
  ///   - parameters: libpq's connection keywords (`host`, `dbname` …).
  ///   - number: the number of the signal that ends the connection, so that nothing waits for an answer; 1 is the
  ///     signal that ends the run. Nil for none, since plangate's own server ends all its connections itself.
  package init(_ parameters: [String: String], endedBySignal number: Int? = nil) throws(ServerError) {
    if let number, Interruption.shared.count >= number, let signal = Interruption.shared.signal {
      throw ServerError(message: "ended by signal \(signal)")
    }
    let names = parameters.keys.sorted()
    let opened = names.withCStrings { names in
      parameters.sorted { $0.key < $1.key }.map(\.value).withCStrings { values in PQconnectdbParams(names, values, 0) }
    }
    guard let opened else { throw ServerError(message: "out of memory") }
    guard PQstatus(opened) == CONNECTION_OK else {
      let message = String(cString: PQerrorMessage(opened))
      PQfinish(opened)
      throw ServerError(message: message.trimmed)
    }
    // Notices are meant for interactive users.
    PQsetNoticeReceiver(opened, { _, _ in }, nil)
    handle = opened
    if let number { Interruption.shared.add(socket: PQsocket(opened), endedBySignal: number) }
  }

  deinit {
    Interruption.shared.remove(socket: PQsocket(handle))
    PQfinish(handle)
  }

  /// The process of the session on the server, as `pg_stat_activity.pid` has it.
  package var processID: Int { Int(PQbackendPID(handle)) }

  /// The version as a number, 150018 for 15.18.
  package var serverVersion: Int { Int(PQserverVersion(handle)) }

  /// The version as the server writes it, such as `15.18`.
  package var serverVersionText: String {
    PQparameterStatus(handle, "server_version").map { String(cString: $0) } ?? ""
  }

  /// What the server stores of a password for SCRAM, so that no statement holds the password itself.
  func scramVerifier(of password: String, user: String) throws(ServerError) -> String {
    guard let text = PQencryptPasswordConn(handle, password, user, "scram-sha-256") else {
      throw ServerError(message: lastMessage)
    }
    defer { PQfreemem(text) }
    return String(cString: text)
  }

  /// Runs one statement.
  ///
  /// - Parameters:
  ///   - parameters: values for `$1`, `$2` … in text form, nil for NULL.
  ///   - types: their type OIDs; the server infers those that are 0 or missing.
  @discardableResult
  package func execute(
    _ sql: String, _ parameters: [String?] = [], types: [UInt32] = []
  ) throws(ServerError) -> QueryResult {
    try Connection.check(sql, parameters)
    try finish()
    let oids = (0..<parameters.count).map { Oid($0 < types.count ? types[$0] : 0) }
    let result = parameters.withOptionalCStrings { values in
      PQexecParams(handle, sql, Int32(parameters.count), oids, values, nil, nil, 0)
    }
    guard let result else { throw ServerError(message: lastMessage) }
    defer { PQclear(result) }
    switch PQresultStatus(result) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK: return QueryResult(reading: result)
    case PGRES_EMPTY_QUERY: throw ServerError(message: "the statement is empty")
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw ServerError(message: "COPY is not possible here")
    default: throw ServerError(reading: result)
    }
  }

  /// Runs statements one after the other and waits once for all of them.
  ///
  /// Each is a message of its own, so that one that fails does not keep the others from running.
  ///
  /// - Returns: the rows of the last one, if it gives any; those of the others are discarded.
  /// - Throws: the error of the first statement that failed.
  @discardableResult
  package func execute(
    together statements: [(sql: String, parameters: [String?])]
  ) throws(ServerError) -> QueryResult? {
    try send(together: statements)
    return try finish()
  }

  /// Sends statements without waiting for them.
  ///
  /// The next use of the connection waits for them and throws the error of the first that failed.
  package func send(together statements: [(sql: String, parameters: [String?])]) throws(ServerError) {
    for (sql, parameters) in statements { try Connection.check(sql, parameters) }
    guard PQenterPipelineMode(handle) == 1 else { throw ServerError(message: lastMessage) }
    for (sql, parameters) in statements {
      let isSent = parameters.withOptionalCStrings { values in
        PQsendQueryParams(handle, sql, Int32(parameters.count), nil, values, nil, nil, 0)
      }
      guard isSent == 1, PQpipelineSync(handle) == 1 else { throw ServerError(message: lastMessage) }
      unanswered += 1
    }
  }

  /// Waits for the statements that were sent.
  ///
  /// - Returns: the rows of the last one.
  @discardableResult
  private func finish() throws(ServerError) -> QueryResult? {
    if unanswered == 0 { return nil }
    defer {
      unanswered = 0
      PQexitPipelineMode(handle)
    }
    var failure: ServerError?
    var last: QueryResult?
    // NULL ends the results of a statement. A second NULL in a row means that the connection is lost.
    var isBetween = false
    while unanswered > 0 {
      guard let result = PQgetResult(handle) else {
        if isBetween { throw failure ?? ServerError(message: lastMessage) }
        isBetween = true
        continue
      }
      isBetween = false
      defer { PQclear(result) }
      switch PQresultStatus(result) {
      case PGRES_PIPELINE_SYNC: unanswered -= 1
      case PGRES_TUPLES_OK where unanswered == 1: last = QueryResult(reading: result)
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK: break
      default: failure = failure ?? ServerError(reading: result)
      }
    }
    if let failure { throw failure }
    return last
  }

  private var lastMessage: String { String(cString: PQerrorMessage(handle)).trimmed }

  private static func check(_ sql: String, _ parameters: [String?]) throws(ServerError) {
    guard !sql.utf8.contains(0), !parameters.contains(where: { $0?.utf8.contains(0) ?? false }) else {
      throw ServerError(message: "a NUL byte cannot be sent to the server")
    }
  }
}

/// The rows of a result, all as text.
package struct QueryResult: Sendable {
  /// The rows; a nil value is NULL.
  package let rows: [[String?]]
  /// The OIDs of the columns' types.
  package let columnTypes: [UInt32]

  /// - Parameter result: the result, which still belongs to the caller.
  fileprivate init(reading result: OpaquePointer) {
    let columns = PQnfields(result)
    columnTypes = (0..<columns).map { UInt32(PQftype(result, $0)) }
    rows = (0..<PQntuples(result)).map { row in
      (0..<columns).map { column in
        PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
      }
    }
  }

  /// The first column of the first row.
  package var value: String? { rows.first?.first ?? nil }
}

extension ServerError {
  fileprivate init(reading result: OpaquePointer) {
    func field(_ code: Character) -> String? {
      PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
    }
    // The codes are PG_DIAG_SQLSTATE and similar ones in postgres_ext.h; a missing field means libpq's own error.
    self.init(
      sqlState: field("C"), message: field("M") ?? String(cString: PQresultErrorMessage(result)).trimmed,
      detail: field("D"), hint: field("H"), context: field("W"), position: field("P").flatMap { Int($0) })
  }
}

extension String {
  var trimmed: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text = text.dropLast() }
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    return String(text)
  }
}
