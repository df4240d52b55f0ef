import PlanCore

/// Captures cases of one state of a database.
///
/// Some cases are run a second time, warm, when the first answer leaves a doubt: the first run in a session looks up
/// operators and types in the catalog, and its nodes count those blocks.
struct CaptureSession {
  private let state: DatabaseState
  private var cases: [SessionCase]

  /// A case, and what it answered last.
  fileprivate struct SessionCase {
    let query: Query
    let queryCase: QueryCase
    var answer: TimedAnswer
    var id: CaseID { query.id(of: queryCase) }
  }

  /// Runs the cases of some queries.
  ///
  /// - Parameters:
  ///   - secondRun: which cases are run warm at once, by their first answer; what is recorded always is.
  ///   - isWanted: which cases of the queries are run at all.
  init(
    of queries: [Query], in state: DatabaseState, secondRun: @escaping SecondRun,
    where isWanted: (CaseID) -> Bool = { _ in true }
  ) {
    self.state = state
    let work = state.withValues(queries).flatMap { query in
      let query = query.with(state.settings)
      return query.cases.filter { isWanted(query.id(of: $0)) }.map { (query: query, queryCase: $0) }
    }
    cases = zip(work, state.answers(work, secondRun: secondRun)).map { work, answer in
      SessionCase(query: work.query, queryCase: work.queryCase, answer: answer)
    }
  }

  /// Runs those of some cases again that only have a cold answer, and takes the new ones.
  ///
  /// - Returns: whether there were any.
  mutating func runWarm(_ ids: Set<CaseID>) -> Bool {
    let cold = cases.indices.filter { !cases[$0].answer.isWarm && ids.contains(cases[$0].id) }
    if cold.isEmpty { return false }
    let work = cold.map { (query: cases[$0].query, queryCase: cases[$0].queryCase) }
    for (index, answer) in zip(cold, state.answers(work) { _, _ in true }) { cases[index].answer = answer }
    return true
  }

  /// The answers so far, with the facts of all relations of the state.
  ///
  /// Where the server is gone before these could be read, no case can be judged, and all are listed.
  func capture() throws(Diagnostic) -> Capture {
    do { return try captureWithFacts() } catch {
      guard state.server.hasEnded else { throw error }
      let answers = cases.map { item in
        (
          item.query.name,
          CapturedAnswer(
            name: item.queryCase.name, result: .unchecked(reason: error.description), duration: item.answer.duration)
        )
      }
      let queries = Dictionary(grouping: answers) { $0.0 }.map { name, answers in
        QueryCapture(
          query: name, serverMajor: state.server.major, facts: CatalogFacts(), answers: answers.map(\.1))
      }
      return Capture(label: state.label, queries: queries)
    }
  }

  private func captureWithFacts() throws(Diagnostic) -> Capture {
    let catalog = try state.catalog
    let types = try state.typeNames(of: Set(cases.flatMap { $0.answer.answer.parameterTypes.map(\.type) }))
    var queries: [QueryCapture] = []
    var answers: [CapturedAnswer] = []
    for (index, current) in cases.enumerated() {
      answers.append(current.captured(types))
      let isLast = index + 1 == cases.count || cases[index + 1].query.name != current.query.name
      guard isLast else { continue }
      queries.append(
        QueryCapture(
          query: current.query.name, serverMajor: state.server.major, facts: catalog.facts, answers: answers))
      answers = []
    }
    // Read for all queries at once, since queries share most tables; each baseline keeps those of its own columns.
    let columns = queries.reduce(into: [:]) { $0.merge($1.conditionedColumns) { $0.union($1) } }
    let facts = try state.withShares(of: columns, catalog.facts)
    let texts = Dictionary(cases.map { ($0.query.name, $0.query.statement.sql) }) { $1 }
    for index in queries.indices {
      queries[index].facts = catalog.definitions.facts(facts, namedIn: texts[queries[index].query] ?? "")
    }
    var capture = Capture(label: state.label, queries: queries)
    capture.notes = state.notes
    capture.masked = state.masked
    return capture
  }
}

extension CaptureSession.SessionCase {
  /// - Parameter types: the names of types, by their OIDs.
  fileprivate func captured(_ types: [UInt32: String]) -> CapturedAnswer {
    func planned(_ plans: CasePlans) -> CapturedCase {
      CapturedCase(
        name: queryCase.name, isGeneric: queryCase.isGeneric, sqlFingerprint: fingerprint(query.statement.text),
        parametersFingerprint: queryCase.parametersFingerprint,
        parameterTypes: plans.parameterTypes.compactMap { parameter in
          types[parameter.type].map { ParameterType(name: parameter.name, type: $0) }
        }, plan: plans.plan.naming(queryCase.fetchedNames),
        planWithoutSeqScans: plans.withoutSeqScans?.naming(queryCase.fetchedNames), inner: plans.inner ?? InnerWork())
    }
    let result: CapturedAnswer.Result =
      switch answer.answer {
      case .plans(let plans): .plan(planned(plans))
      case .timedOut(let plans, let message): .timedOut(planned(plans), message: message)
      case .writes: .unchecked(reason: "it writes, and had no database of its own")
      case .unchecked(let reason): .unchecked(reason: reason)
      }
    return CapturedAnswer(name: queryCase.name, result: result, duration: answer.duration)
  }
}

extension CaseAnswer {
  fileprivate var parameterTypes: [(name: String, type: UInt32)] {
    switch self {
    case .plans(let plans), .timedOut(let plans, _): plans.parameterTypes
    case .writes, .unchecked: []
    }
  }
}

extension Query {
  /// The query under settings of a state; its own come last.
  fileprivate func with(_ settings: [String: String]) -> Query {
    var query = self
    query.session.settings.merge(settings) { own, _ in own }
    return query
  }
}

extension DatabaseState {
  /// Captures some queries, each case warm.
  func capture(
    of queries: [Query], where isWanted: (CaseID) -> Bool = { _ in true }
  ) throws(Diagnostic) -> Capture {
    try CaptureSession(of: queries, in: self, secondRun: { _, _ in true }, where: isWanted).capture()
  }
}
