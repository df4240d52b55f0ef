import PlanCore
import Postgres

/// What the server says of a case.
enum CaseAnswer: Sendable {
  case plans(CasePlans)
  /// It did not end in time; the plan is one without ANALYZE.
  case timedOut(CasePlans, message: String)
  /// It writes, so it needs a database of its own.
  case writes
  /// It cannot be judged; the text says why.
  case unchecked(String)
}

/// The plan of a case, and the one that it has under `enable_seqscan = off` where that can tell something.
struct CasePlans: Sendable {
  let plan: Plan
  let withoutSeqScans: Plan?
}

/// Plans and runs cases on a connection, each in a transaction of its own that is rolled back.
struct CaseRunner {
  let connection: Connection
  /// Whether the database is a clone that may be written to.
  let isWritable: Bool

  private static let options = "ANALYZE, VERBOSE, BUFFERS, SETTINGS, TIMING OFF, SUMMARY OFF, FORMAT JSON"
  private static let timedOptions = "ANALYZE, VERBOSE, BUFFERS, SETTINGS, TIMING ON, SUMMARY ON, FORMAT JSON"
  private static let planOnlyOptions = "VERBOSE, SETTINGS, SUMMARY OFF, FORMAT JSON"
  private static let name = "plangate_case"

  /// - Throws: when the connection is lost; every other error is an answer.
  func run(_ item: QueryCase, of query: Query) throws(ServerError) -> CaseAnswer {
    try run(item, of: query, options: query.measuresTime ? CaseRunner.timedOptions : CaseRunner.options)
  }

  private func run(_ item: QueryCase, of query: Query, options: String) throws(ServerError) -> CaseAnswer {
    let scanned = SQLScanner(query.statement.text)
    if scanned.isEmpty { return .unchecked(CaseRunner.place(query.statement, "the query is empty")) }
    if scanned.selectsInto { return .unchecked(CaseRunner.place(query.statement, CaseRunner.refusal)) }
    let values: [String?]
    switch bound(item.parameters, to: scanned) {
    case .success(let bound): values = bound
    case .failure(let problem): return .unchecked(problem.message)
    }
    do {
      return try answer(item, of: query, scanned, values, options: options)
    } catch let error where !error.isConnectionLost {
      if error.sqlState == "25006", !isWritable { return .writes }
      return .unchecked(CaseRunner.describe(error, query.statement, scanned))
    }
  }

  /// The plan of a case without running it; nil when the server refuses.
  func plan(of item: QueryCase, _ query: Query) throws(ServerError) -> Plan? {
    switch try run(item, of: query, options: CaseRunner.planOnlyOptions) {
    case .plans(let plans), .timedOut(let plans, _): plans.plan
    case .writes, .unchecked: nil
    }
  }

  private func answer(
    _ item: QueryCase, of query: Query, _ scanned: SQLScanner, _ values: [String?], options: String
  ) throws(ServerError) -> CaseAnswer {
    do {
      return try plans(of: item, query, scanned, values, options: options, CaseAnswer.plans)
    } catch let error where CaseRunner.isTimeout(error) {
      let kind = error.sqlState == "55P03" ? "waited for a lock" : "ran"
      let message = "it \(kind) for more than \(CaseRunner.duration(query.timeout)) and was stopped"
      // Without ANALYZE nothing is run; the plan itself can still be judged.
      return try plans(of: item, query, scanned, values, options: CaseRunner.planOnlyOptions) {
        .timedOut($0, message: message)
      }
    }
  }

  private func plans(
    of item: QueryCase, _ query: Query, _ scanned: SQLScanner, _ values: [String?], options: String,
    _ answer: (CasePlans) -> CaseAnswer
  ) throws(ServerError) -> CaseAnswer {
    try inTransaction(of: query) { () throws(ServerError) in
      do {
        let plan = try Plan(explainJSON: try text(explain(options, item, query, scanned, values)))
        if let hidden = plan.hiddenScans { return .unchecked(hidden) }
        var without: Plan?
        if plan.hasFilteredSeqScan || query.policy.requiresIndexable {
          try set([("enable_seqscan", "off")])
          without = try Plan(explainJSON: try text(explain(CaseRunner.planOnlyOptions, item, query, scanned, values)))
        }
        return answer(CasePlans(plan: plan, withoutSeqScans: without))
      } catch let error as ExplainError {
        return .unchecked(error.message)
      } catch let error as ServerError {
        throw error
      } catch {
        return .unchecked("\(error)")
      }
    }
  }

  private func text(_ result: QueryResult) throws(ServerError) -> String {
    guard let text = result.value else { throw ServerError(sqlState: "XX000", message: "EXPLAIN gave no row") }
    return text
  }

  /// `57014` is what a statement timeout raises, `55P03` a lock timeout.
  private static func isTimeout(_ error: ServerError) -> Bool {
    error.sqlState == "57014" && error.message.contains("statement timeout") || error.sqlState == "55P03"
  }

  // MARK: The transaction

  private func inTransaction<Value>(
    of query: Query, _ body: () throws(ServerError) -> Value
  ) throws(ServerError) -> Value {
    try connection.execute(isWritable ? "BEGIN" : "BEGIN READ ONLY")
    do {
      try enterSession(of: query)
      let value = try body()
      try leave()
      return value
    } catch {
      try? leave()
      throw error
    }
  }

  private func leave() throws(ServerError) {
    try connection.execute("ROLLBACK")
    // Prepared statements, advisory locks and sequences outlive a transaction; the next case must not see them.
    try connection.execute("DISCARD ALL")
  }

  private func enterSession(of query: Query) throws(ServerError) {
    let timeout = String(query.timeout)
    var settings = [
      ("statement_timeout", timeout), ("lock_timeout", timeout), ("idle_in_transaction_session_timeout", timeout),
      ("plan_cache_mode", "force_custom_plan"),
    ]
    settings += query.session.settings.sorted { $0.key < $1.key }
    // Last: the role may not be allowed to set the others.
    if let role = query.session.role { settings.append(("role", role)) }
    try set(settings)
  }

  private func set(_ settings: [(String, String)]) throws(ServerError) {
    let calls = settings.indices.map { "pg_catalog.set_config($\($0 * 2 + 1), $\($0 * 2 + 2), true)" }
    try connection.execute("SELECT " + calls.joined(separator: ", "), settings.flatMap { [$0.0, $0.1] })
  }

  // MARK: EXPLAIN

  private func explain(
    _ options: String, _ item: QueryCase, _ query: Query, _ scanned: SQLScanner, _ values: [String?]
  ) throws(ServerError) -> QueryResult {
    let types = try types(of: query, scanned)
    // PREPARE takes what can be planned and nothing else: no second statement, no CREATE TABLE AS, which EXPLAIN ANALYZE
    // would carry out even in a READ ONLY transaction.
    try execute("PREPARE \(CaseRunner.name)\(types.list) AS\n", scanned.sql)
    defer { _ = try? connection.execute("DEALLOCATE \(CaseRunner.name)") }
    if item.isGeneric {
      return try connection.execute("EXPLAIN (\(options)) EXECUTE \(CaseRunner.name)" + (try arguments(values)))
    }
    return try execute("EXPLAIN (\(options))\n", scanned.sql, values, types: types.identifiers)
  }

  /// Runs a statement with plangate's own words before it; an error's position is that in the statement alone.
  @discardableResult
  private func execute(
    _ prefix: String, _ sql: String, _ values: [String?] = [], types: [UInt32] = []
  ) throws(ServerError) -> QueryResult {
    do { return try connection.execute(prefix + sql, values, types: types) } catch {
      throw error.moved(by: prefix.unicodeScalars.count)
    }
  }

  /// The parameters' types that the manifest gives: OIDs to bind with, and the list for PREPARE in the server's own
  /// words. Both are empty when it gives none.
  private func types(of query: Query, _ scanned: SQLScanner) throws(ServerError) -> (
    identifiers: [UInt32], list: String
  ) {
    guard !query.types.isEmpty else { return ([], "") }
    let keys = scanned.names.isEmpty ? (0..<scanned.positionalCount).map { String($0 + 1) } : scanned.names
    if let extra = query.types.keys.sorted().first(where: { !keys.contains($0) }) {
      throw ServerError(sqlState: "22023", message: "'types' names a parameter '\(extra)' that the query does not have")
    }
    var identifiers: [UInt32] = []
    var names: [String] = []
    for key in keys {
      let row = try connection.execute(
        "SELECT t::oid, pg_catalog.format_type(t, NULL) FROM (SELECT $1::pg_catalog.regtype AS t) AS named",
        [query.types[key] ?? "unknown"]
      ).rows.first
      identifiers.append(query.types[key] == nil ? 0 : row?[0].flatMap { UInt32($0) } ?? 0)
      names.append(row?[1] ?? "unknown")
    }
    return (identifiers, "(" + names.joined(separator: ", ") + ")")
  }

  /// The arguments of EXECUTE. It takes no bound values, so they travel as settings of the transaction and are cast to the
  /// types that the server inferred.
  private func arguments(_ values: [String?]) throws(ServerError) -> String {
    let types = try connection.execute(
      """
      SELECT pg_catalog.format_type(t.type, NULL)
      FROM pg_catalog.pg_prepared_statements p, unnest(p.parameter_types) WITH ORDINALITY AS t (type, position)
      WHERE p.name = $1 ORDER BY t.position
      """, [CaseRunner.name]
    ).rows.compactMap { $0.first ?? nil }
    let bound = values.enumerated().compactMap { index, value in value.map { ("plangate.p\(index + 1)", $0) } }
    try set([("plan_cache_mode", "force_generic_plan")] + bound)
    guard !values.isEmpty else { return "" }
    let arguments = zip(values, types).enumerated().map { index, pair in
      pair.0 == nil ? "NULL" : "CAST(pg_catalog.current_setting('plangate.p\(index + 1)') AS \(pair.1))"
    }
    return "(" + arguments.joined(separator: ", ") + ")"
  }

  // MARK: Parameters

  private struct ParameterProblem: Error { let message: String }

  private func bound(_ parameters: Parameters, to scanned: SQLScanner) -> Result<[String?], ParameterProblem> {
    func problem(_ message: String) -> Result<[String?], ParameterProblem> {
      .failure(ParameterProblem(message: message))
    }
    let wanted = scanned.names.map { ":" + $0 }.joined(separator: ", ")
    if !scanned.names.isEmpty, scanned.positionalCount > 0 {
      return problem("the query mixes $\(scanned.positionalCount) and \(wanted)")
    }
    switch parameters {
    case .none:
      guard scanned.names.isEmpty else {
        return problem("the query has the parameters \(wanted), and 'params:' has no values")
      }
      guard scanned.positionalCount == 0 else {
        return problem("the query has parameters up to $\(scanned.positionalCount), and 'params:' has no values")
      }
      return .success([])
    case .positional(let values):
      guard scanned.names.isEmpty else { return problem("the query has the parameters \(wanted): give them by name") }
      guard values.count == scanned.positionalCount else {
        return problem("the query has parameters up to $\(scanned.positionalCount), the case gives \(values.count)")
      }
      return .success(values)
    case .named(let given):
      let values = Dictionary(uniqueKeysWithValues: given.map { ($0.name, $0.value) })
      if scanned.positionalCount > 0 {
        return problem("the query has parameters up to $\(scanned.positionalCount): give them as a sequence")
      }
      if let missing = scanned.names.first(where: { values[$0] == nil }) {
        return problem("the parameter :\(missing) has no value\(suggestion(for: missing, among: values.keys.sorted()))")
      }
      if let extra = given.first(where: { !scanned.names.contains($0.name) }) {
        return problem("the query has no parameter :\(extra.name)\(suggestion(for: extra.name, among: scanned.names))")
      }
      return .success(scanned.names.map { values[$0] ?? nil })
    }
  }

  // MARK: Errors

  /// The server's words with the place in the query's file.
  private static func describe(_ error: ServerError, _ statement: Statement, _ scanned: SQLScanner) -> String {
    var message = error.description
    if error.sqlState == "42P14" || error.sqlState == "42601" && isRefused(statement.text) {
      message = refusal
    } else if error.sqlState == "42601", error.message.contains("multiple commands") {
      message = "the text holds more than one statement; give each query a file of its own"
    }
    guard let position = error.position else { return place(statement, message) }
    let offset = scanned.originalOffset(position - 1)
    let before = statement.text.unicodeScalars.prefix(offset)
    let line = before.count { $0 == "\n" } + 1
    let column = before.reversed().prefix { $0 != "\n" }.count + 1
    var diagnostic = Diagnostic(
      message, file: statement.file, line: statement.firstLine + line - 1, column: column + statement.indentation)
    diagnostic.sourceLine = Diagnostic.line(line, of: statement.text).map {
      String(repeating: " ", count: statement.indentation) + $0
    }
    return diagnostic.description
  }

  private static let refusal =
    "a query is a SELECT, VALUES, INSERT, UPDATE, DELETE, MERGE or WITH; what makes a relation, and every other command, "
    + "is refused"

  /// An error of the statement as a whole.
  private static func place(_ statement: Statement, _ message: String) -> String {
    Diagnostic(message, file: statement.file, line: statement.firstLine).description
  }

  /// Whether the statement begins with a word that PREPARE does not take.
  private static func isRefused(_ text: String) -> Bool {
    let words = [
      "create", "refresh", "declare", "explain", "execute", "copy", "call", "do", "truncate", "alter", "drop", "vacuum",
      "analyze", "set", "lock",
    ]
    let first = text.split { $0.isWhitespace }.first { !$0.hasPrefix("--") }.map { $0.lowercased() }
    return first.map(words.contains) ?? false
  }

  static func duration(_ milliseconds: Int) -> String {
    milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}

extension Plan {
  /// Why scans of this plan cannot be seen: a plan that hides scans is no plan without Seq Scans.
  fileprivate var hiddenScans: String? {
    var reason: String?
    root.forEachNode { node, _ in
      guard node.nodeType == "Custom Scan", node.relationName == nil, node.inputs.isEmpty else { return }
      reason =
        "the plan has a Custom Scan (\(node.text("Custom Plan Provider") ?? "unknown")) that hides what it reads; "
        + "plangate cannot judge it"
    }
    return reason
  }
}
