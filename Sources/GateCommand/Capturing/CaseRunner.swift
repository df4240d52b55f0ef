import JSON
import OperatingSystem
import PlanCore
import Postgres

/// The server's answer for a case.
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
  var plan: Plan
  let withoutSeqScans: Plan?
  /// The OIDs of the types of its parameters, by the parameters' names, in the statement's order.
  var parameterTypes: [(name: String, type: UInt32)] = []
  /// Whether the case ran functions that may run statements.
  var runsFunctions = false
  /// What it did to relations, for a case that may write; nil if that is unknown.
  var activity: RelationActivity?
  /// What it ran inside; nil for a run that was not watched.
  var inner: InnerWork?
}

/// Plans and runs cases on a connection, each in a transaction of its own that is rolled back.
struct CaseRunner {
  let connection: Connection
  /// Whether the database is a clone that may be written to.
  let isWritable: Bool
  let time: ServerTime
  let probe: InnerProbe
  /// The types of the parameters of the only case that is run, if it ran before and so is known to be one statement.
  var knownTypes: [(name: String, type: UInt32)]?
  /// Statements that are run in the transaction of each case, before its settings and its role.
  var prelude: [String] = []

  private static let options = "ANALYZE, VERBOSE, BUFFERS, SETTINGS, TIMING OFF, SUMMARY OFF, FORMAT JSON"
  private static let timedOptions = "ANALYZE, VERBOSE, BUFFERS, SETTINGS, TIMING ON, SUMMARY ON, FORMAT JSON"
  private static let planOnlyOptions = "VERBOSE, SETTINGS, SUMMARY OFF, FORMAT JSON"
  /// Prepared statements of a case.
  ///
  /// Each plan has its own: a generic plan would be kept when settings change.
  static let name = "plangate_case"
  private static let nameWithoutSeqScans = "plangate_case_without_seq_scans"

  /// - Throws: when the connection is lost or resources ran short; every other error is an answer.
  func run(_ queryCase: QueryCase, of query: Query, _ watch: InnerWatch) throws(ServerError) -> CaseAnswer {
    try run(queryCase, of: query, options: CaseRunner.options(of: query), try watching(watch, query))
  }

  /// Runs a case and watches the statements that it runs inside.
  ///
  /// When they are too many, or watching them takes too long, it runs once more with counters alone.
  func runWatched(_ queryCase: QueryCase, of query: Query) throws(ServerError) -> CaseAnswer {
    let watching = try watching(.statements, query)
    let answer = try run(queryCase, of: query, options: CaseRunner.options(of: query), watching)
    if case .plans = answer { return answer }
    guard !watching.statements.isEmpty else { return answer }
    guard case .plans(var plans) = try run(queryCase, of: query, .counters) else { return answer }
    plans.inner?.statements = watching.statements
    plans.inner?.isCapped = true
    return .plans(plans)
  }

  /// Runs a case that may write: once watched, then, with what it wrote taken back, once more for its figures.
  ///
  /// The first run reads the catalog, the printing of inner plans does too, and what it wrote would be read as dead
  /// rows.
  ///
  /// - Parameters:
  ///   - last: what the case before left, which the first run may see: it has no part in the figures, unless it ran
  ///     statements inside.
  ///   - takeBack: removes the traces of what was done and rolled back.
  /// - Returns: the answer, and what the second run left, which is for the caller to take back.
  func runWarm(
    _ item: QueryCase, of query: Query, after last: RelationActivity = RelationActivity(),
    takeBack: (RelationActivity) throws(ServerError) -> Void
  ) throws(ServerError) -> (answer: CaseAnswer, left: RelationActivity) {
    var first = try runWatched(item, of: query)
    guard case .plans(var watched) = first else {
      try takeBack(last)
      return (first, RelationActivity())
    }
    try takeBack(last.merged(watched.activity ?? RelationActivity()))
    if let activity = watched.activity, watched.inner?.statements?.isEmpty != true,
      !activity.touched.isDisjoint(with: last.written.keys)
    {
      first = try runWatched(item, of: query)
      guard case .plans(let again) = first else { return (first, RelationActivity()) }
      watched = again
      if let activity = watched.activity { try takeBack(activity) }
    }
    var again = self
    again.knownTypes = watched.parameterTypes
    guard case .plans(var plans) = try again.run(item, of: query, .activity) else {
      watched.activity = nil
      return (.plans(watched), RelationActivity())
    }
    let left = plans.activity ?? RelationActivity()
    plans.inner = watched.inner
    plans.activity = watched.activity.flatMap { plans.activity?.merged($0) }
    return (.plans(plans), left)
  }

  private func watching(_ watch: InnerWatch, _ query: Query) throws(ServerError) -> InnerWatching {
    try InnerWatching(
      watch, connection, probe, isWritable: isWritable, workers: query.session.settings["max_parallel_workers"])
  }

  private static func options(of query: Query) -> String { query.measuresTime ? timedOptions : options }

  private func run(
    _ queryCase: QueryCase, of query: Query, options: String, _ watching: InnerWatching
  ) throws(ServerError) -> CaseAnswer {
    let scanned = query.statement.scanned
    if let refusal = query.statement.refusal(scanned) { return .unchecked(refusal.description) }
    if let reason = queryCase.missingValue { return .unchecked(reason) }
    let values: [String?]
    do { values = try queryCase.parameters.bound(to: scanned) } catch {
      return .unchecked(try explain(error, query, scanned))
    }
    do {
      return try answer(queryCase, of: query, scanned, values, options: options, watching)
    } catch let error where !error.isConnectionLost && !error.lacksResources {
      if error.sqlState == "25006", !isWritable { return .writes }
      return .unchecked(query.statement.error(error, scanned).description)
    }
  }

  /// The plan of a case without running it; nil when the server refuses.
  func plan(of queryCase: QueryCase, _ query: Query) throws(ServerError) -> Plan? {
    switch try run(queryCase, of: query, options: CaseRunner.planOnlyOptions, try watching(.nothing, query)) {
    case .plans(let plans), .timedOut(let plans, _): plans.plan
    case .writes, .unchecked: nil
    }
  }

  private func answer(
    _ queryCase: QueryCase, of query: Query, _ scanned: SQLScanner, _ values: [String?], options: String,
    _ watching: InnerWatching
  ) throws(ServerError) -> CaseAnswer {
    do {
      return try plans(of: queryCase, query, scanned, values, options: options, watching, CaseAnswer.plans)
    } catch let error where error.isTimeout {
      let kind = error.sqlState == "55P03" ? "waited for a lock" : "ran"
      let limit = query.timeout.isMultiple(of: 1000) ? "\(query.timeout / 1000) s" : "\(query.timeout) ms"
      let message = "it \(kind) for more than \(limit) and was stopped"
      // Without ANALYZE nothing is run; the plan itself can still be judged.
      return try plans(
        of: queryCase, query, scanned, values, options: CaseRunner.planOnlyOptions, try self.watching(.nothing, query)
      ) {
        .timedOut($0, message: message)
      }
    }
  }

  private func plans(
    of queryCase: QueryCase, _ query: Query, _ scanned: SQLScanner, _ values: [String?], options: String,
    _ watching: InnerWatching, _ answer: (CasePlans) -> CaseAnswer
  ) throws(ServerError) -> CaseAnswer {
    // What is done before the case in its transaction counts too.
    let startsClean = watching.countsActivity && prelude.isEmpty && connection.serverVersion >= 150_000
    return try inTransaction(of: query, watching.settings, sendsCounts: startsClean) { () throws(ServerError) in
      do {
        let (explained, seen) = try watching.run(startsClean: startsClean) { () throws(ServerError) in
          try explain(options, queryCase, query, scanned, values)
        }
        var plan = try Plan(explainJSON: try text(explained.result))
        watching.hideSettings(in: &plan)
        if let hidden = plan.hiddenScans { return .unchecked(hidden) }
        var without: Plan?
        if plan.hasServableSeqScan || query.policy.requiresIndexable {
          try connection.send(together: [
            CaseRunner.assignment(of: [
              ("enable_seqscan", "off"), ("enable_indexscan", "on"), ("enable_indexonlyscan", "on"),
              ("enable_bitmapscan", "on"),
            ])
          ])
          var again = self
          again.knownTypes = explained.types
          without = try Plan(
            explainJSON: try text(
              again.explain(
                CaseRunner.planOnlyOptions, queryCase, query, scanned, values, as: CaseRunner.nameWithoutSeqScans
              ).result))
        }
        return answer(
          CasePlans(
            plan: plan, withoutSeqScans: without, parameterTypes: explained.types, runsFunctions: seen.runsFunctions,
            activity: seen.activity,
            inner: seen.inner))
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

  // MARK: The transaction

  /// - Parameter sendsCounts: whether the session first sends the counts of its earlier transactions to the server.
  func inTransaction<Value>(
    of query: Query, _ settings: [(String, String)], sendsCounts: Bool, _ body: () throws(ServerError) -> Value
  ) throws(ServerError) -> Value {
    do {
      let begin = isWritable ? "BEGIN" : "BEGIN READ ONLY"
      if !prelude.isEmpty {
        try connection.execute(together: [(begin, []), ("SET LOCAL statement_timeout = '60s'", [])])
        for statement in prelude { try connection.execute(statement) }
      }
      // PREPARE waits for them.
      try connection.send(
        together: (sendsCounts ? [("SELECT pg_catalog.pg_stat_force_next_flush()", [])] : []) + [
          (prelude.isEmpty ? begin : "SELECT", []),
          CaseRunner.assignment(of: CaseRunner.session(of: query, settings)),
        ])
      let value = try body()
      try leave()
      return value
    } catch {
      try? leave()
      throw error
    }
  }

  private func leave() throws(ServerError) {
    // Prepared statements, advisory locks and sequences outlive a transaction; the next case must not see them. The
    // server is at it while the plan is read.
    try connection.send(together: [("ROLLBACK", []), ("DISCARD ALL", [])])
  }

  private static func session(of query: Query, _ watching: [(String, String)]) -> [(String, String)] {
    let timeout = String(query.timeout)
    var settings = [
      ("statement_timeout", timeout), ("lock_timeout", timeout), ("idle_in_transaction_session_timeout", timeout),
      ("plan_cache_mode", "force_custom_plan"),
    ]
    settings += query.session.settings.sorted { $0.key < $1.key } + watching
    // Last: the role may not be allowed to set the others.
    if let role = query.session.role { settings.append(("role", role)) }
    return settings
  }

  private func set(_ settings: [(String, String)]) throws(ServerError) {
    let (sql, parameters) = CaseRunner.assignment(of: settings)
    try connection.execute(sql, parameters)
  }

  /// A statement that makes settings for the transaction.
  private static func assignment(of settings: [(String, String)]) -> (sql: String, parameters: [String?]) {
    let calls = settings.indices.map { "pg_catalog.set_config($\($0 * 2 + 1), $\($0 * 2 + 2), true)" }
    return ("SELECT " + calls.joined(separator: ", "), settings.flatMap { [$0.0, $0.1] })
  }

  // MARK: EXPLAIN

  private func explain(
    _ options: String, _ queryCase: QueryCase, _ query: Query, _ scanned: SQLScanner, _ values: [String?],
    as name: String = CaseRunner.name
  ) throws(ServerError) -> (result: QueryResult, types: [(name: String, type: UInt32)]) {
    let types = try types(of: query, scanned)
    if let knownTypes, !queryCase.isGeneric {
      return (try explain(options, scanned, values, types.identifiers), knownTypes)
    }
    // PREPARE takes what can be planned and nothing else: no second statement, no CREATE TABLE AS, which EXPLAIN
    // ANALYZE would carry out even in a READ ONLY transaction.
    let prefix = "PREPARE \(name)\(types.list) AS\n"
    // The types come along with it: nothing is waited for twice.
    let question = queryCase.isGeneric ? CaseRunner.namesOfTypes : CaseRunner.identifiersOfTypes
    var rows: [[String?]] = []
    do throws(ServerError) {
      let statement: (sql: String, parameters: [String?]) = (prefix + scanned.sql, [])
      if values.isEmpty {
        try connection.execute(together: [statement])
      } else {
        rows = try connection.execute(together: [statement, (question, [name])])?.rows ?? []
      }
    } catch { throw error.moved(by: prefix) }
    let inferred = rows.flatMap { ($0[0] ?? "").split { !$0.isNumber }.compactMap { UInt32($0) } }
    let named = Array(zip(scanned.parameterNames, inferred))
    if queryCase.isGeneric {
      let arguments = try arguments(values, rows.compactMap { $0[1] })
      let result = try time.explain { () throws(ServerError) in
        try connection.execute("EXPLAIN (\(options)) EXECUTE \(name)" + arguments)
      }
      return (result, named)
    }
    return (try explain(options, scanned, values, types.identifiers), named)
  }

  /// - Parameter types: the OIDs of those that the manifest gives.
  private func explain(
    _ options: String, _ scanned: SQLScanner, _ values: [String?], _ types: [UInt32]
  ) throws(ServerError) -> QueryResult {
    try time.explain { () throws(ServerError) in
      let prefix = "EXPLAIN (\(options))\n"
      do throws(ServerError) {
        return try connection.execute(prefix + scanned.sql, values, types: types)
      } catch {
        throw error.moved(by: prefix)
      }
    }
  }

  /// The types that the server inferred for a prepared statement: `{23,25}`.
  ///
  /// It runs before each case, and the function takes a fifth of the time that the view around it takes.
  private static let identifiersOfTypes = """
    SELECT parameter_types::pg_catalog.oid[] FROM pg_catalog.pg_prepared_statement()
    WHERE name OPERATOR(pg_catalog.=) $1
    """

  /// The same, a type per row, and how this session writes them.
  static let namesOfTypes = """
    SELECT t.type::pg_catalog.oid, pg_catalog.format_type(t.type, NULL)
    FROM pg_catalog.pg_prepared_statements p, unnest(p.parameter_types) WITH ORDINALITY AS t (type, position)
    WHERE p.name = $1 ORDER BY t.position
    """

  /// The parameters' types that the manifest gives: OIDs to bind with, and the list for PREPARE in the server's own
  /// words.
  ///
  /// Both are empty when it gives none.
  func types(of query: Query, _ scanned: SQLScanner) throws(ServerError) -> (
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

  /// The arguments of EXECUTE.
  ///
  /// It takes no bound values, so they travel as settings of the transaction and are cast to the types that the server
  /// inferred.
  ///
  /// - Parameter types: those of all parameters.
  private func arguments(_ values: [String?], _ types: [String]) throws(ServerError) -> String {
    let bound = values.enumerated().compactMap { index, value in value.map { ("plangate.p\(index + 1)", $0) } }
    try set([("plan_cache_mode", "force_generic_plan")] + bound)
    guard !values.isEmpty else { return "" }
    let arguments = zip(values, types).enumerated().map { index, pair in
      pair.0 == nil ? "NULL" : "CAST(pg_catalog.current_setting('plangate.p\(index + 1)') AS \(pair.1))"
    }
    return "(" + arguments.joined(separator: ", ") + ")"
  }
}

extension ServerError {
  /// Whether a limit of time stopped the statement.
  ///
  /// `57014` is what a statement timeout raises, `55P03` a lock timeout. A given server may speak any language.
  var isTimeout: Bool { sqlState == "57014" && !message.contains("user request") || sqlState == "55P03" }
}

extension Plan {
  /// Why scans of this plan cannot be seen: a plan that hides scans is no plan without Seq Scans.
  var hiddenScans: String? {
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
