import OperatingSystem
import PlanCore
import Postgres
import Synchronization

/// The values of parameters that were read from one state of a database, each once.
///
/// A state that was cloned from another one keeps the other's values as long as they have the same type, so that the
/// plans before and after a migration are for the same rows.
final class FetchedValues: Sendable {
  private struct Value {
    let text: String
    /// The OID.
    let type: UInt32
  }

  private enum Answer {
    case value(Value)
    case failed(ValueError)
  }

  private let known = Mutex<[String: Answer]>([:])
  private let before: FetchedValues?

  init(after before: FetchedValues? = nil) { self.before = before }

  /// The time that each query for a value may take, in milliseconds.
  private static let timeout = 30_000

  /// The value that a query gives.
  ///
  /// - Parameter connect: opens a connection to the state's database, if the value was not read yet.
  fileprivate func text(
    _ statement: Statement, _ connect: () throws(ServerError) -> Connection
  ) throws(ValueError) -> String {
    if let answer = known.withLock({ $0[statement.text] }) { return try FetchedValues.text(answer) }
    let answer = read(statement, connect)
    known.withLock { $0[statement.text] = answer }
    return try FetchedValues.text(answer)
  }

  private static func text(_ answer: Answer) throws(ValueError) -> String {
    switch answer {
    case .value(let value): return value.text
    case .failed(let error): throw error
    }
  }

  private func read(_ statement: Statement, _ connect: () throws(ServerError) -> Connection) -> Answer {
    do {
      let value = try FetchedValues.value(statement, try connect())
      if case .value(let old)? = before?.known.withLock({ $0[statement.text] }), old.type == value.type {
        return .value(old)
      }
      return .value(value)
    } catch let error as ValueError { return .failed(error) } catch let error as ServerError {
      return .failed(.server(error))
    } catch { return .failed(.server(ServerError(message: "\(error)"))) }
  }

  private static func value(_ statement: Statement, _ connection: Connection) throws -> Value {
    // A cursor takes a query and nothing else, reads no more rows than asked for, and tells the columns without rows.
    let prefix = "DECLARE plangate_value NO SCROLL CURSOR FOR\n"
    defer { try? connection.send(together: [("ROLLBACK", []), ("DISCARD ALL", [])]) }
    try connection.execute("BEGIN READ ONLY")
    try connection.execute("SELECT pg_catalog.set_config('statement_timeout', $1, true)", [String(timeout)])
    do { try connection.execute(prefix + statement.text) } catch { throw error.moved(by: prefix) }
    let result = try connection.execute("FETCH 2 FROM plangate_value")
    guard result.columnTypes.count == 1 else { throw ValueError.columns(result.columnTypes.count) }
    guard let row = result.rows.first else { throw ValueError.noRow }
    guard result.rows.count == 1 else { throw ValueError.severalRows }
    guard let text = row[0] else { throw ValueError.null }
    return Value(text: text, type: result.columnTypes[0])
  }
}

/// The reason that a query gives no value for a parameter.
enum ValueError: Error {
  case noRow, severalRows, null
  case columns(Int)
  case server(ServerError)
}

extension FetchedValue {
  /// The error at its place in the manifest.
  fileprivate func error(_ error: ValueError) -> Diagnostic {
    var offset = 0
    let reason: String
    switch error {
    case .noRow: reason = "gives no row; the seed lacks what it looks for"
    case .severalRows: reason = "gives more than one row; add 'order by … limit 1'"
    case .null: reason = "gives NULL; for a case with NULL write null"
    case .columns(let count): reason = "gives \(count) columns; select the one that is the value"
    case .server(let error):
      reason = "failed: \(error)"
      offset = max(0, (error.position ?? 1) - 1)
    }
    let place = statement.place(of: offset)
    return Diagnostic(
      "the query for \(parameter) \(reason)", file: statement.file, line: place.line, column: place.column,
      sourceLine: place.sourceLine)
  }
}

extension DatabaseState {
  /// The queries with the values that come from this state's database; a case whose values cannot be had says why.
  ///
  /// They are read with the rights of plangate's own session: a case's role and settings do not apply.
  func withValues(_ queries: [Query]) -> [Query] {
    guard queries.contains(where: { $0.cases.contains { !$0.fetched.isEmpty } }) else { return queries }
    var open: Connection?
    func connect() throws(ServerError) -> Connection {
      if let open { return open }
      let connection = try server.connect(to: name)
      open = connection
      return connection
    }
    defer { if let open, isUsable(open) { server.keep(open, to: name) } }
    return queries.map { query in
      var query = query
      for index in query.cases.indices { fetch(&query.cases[index], connect) }
      return query
    }
  }

  private func isUsable(_ connection: Connection) -> Bool { (try? connection.execute("SELECT")) != nil }

  private func fetch(_ item: inout QueryCase, _ connect: () throws(ServerError) -> Connection) {
    guard !item.fetched.isEmpty, item.fetchState == .unread else { return }
    var values: [String: String?] = [:]
    for value in item.fetched {
      do throws(ValueError) { values[value.key] = try fetchedValues.text(value.statement, connect) } catch {
        item.fetchState = .failed(value.error(error).description)
        return
      }
    }
    item.parameters = item.parameters.with(values)
    item.fetchState = .read
  }
}
