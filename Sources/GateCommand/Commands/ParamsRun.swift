import OperatingSystem
import PlanCore
import Postgres
import Reporting

/// `plangate params`.
struct ParamsRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    let run = try GateRun(options, console: console, environment: environment, names: options.names)
    let wanted = run.selected.filter { options.names.isEmpty ? $0.lacksValues : $0.hasParameters }
    if wanted.isEmpty {
      console.say(options.names.isEmpty ? "every query has its values" : "the queries have no parameters")
      return .passed
    }
    var proposals: [ProposedCases] = []
    try run.withDatabase { (database) throws(Diagnostic) in
      proposals = try ParamsRun.proposals(for: wanted, in: database)
      console.progress.clear()
      try checkInterruption()
    }
    for proposal in proposals {
      for remark in proposal.remarks { console.say("# \(proposal.query.name): \(remark)".visible) }
    }
    let found = proposals.filter { !$0.cases.isEmpty }
    if options.writesManifest {
      try write(found, run)
    } else {
      show(found)
    }
    console.say("# " + ParamsRun.summary(proposals))
    return found.count == proposals.count ? .passed : .unchecked
  }

  // MARK: Proposing

  /// The cases for some queries, each of which ran once without an error.
  private static func proposals(
    for queries: [Query], in database: DatabaseState
  ) throws(Diagnostic) -> [ProposedCases] {
    let facts = try database.catalog.facts
    var proposals: [ProposedCases] = []
    let connection: Connection
    do { connection = try database.server.connect(to: database.name) } catch { throw database.server.diagnostic(error) }
    let runner = CaseRunner(connection: connection, isWritable: false, time: database.serverTime, probe: database.probe)
    for (index, query) in queries.enumerated() {
      try checkInterruption()
      database.progress?.show("queries", index, of: queries.count)
      let scanned = query.statement.scanned
      do throws(ServerError) {
        let (parameters, plan) = try runner.genericPlan(of: query)
        let uses = ParameterUses(plan, scanned.sql) { facts.columns(of: $0).map(\.name) }
        proposals.append(ValueProposer(query, parameters, uses, RowValues(connection)).proposed())
      } catch {
        if error.isConnectionLost { throw database.server.diagnostic(error) }
        var failed = ProposedCases(query: query, parameters: scanned.parameterNames.map { TypedParameter(name: $0) })
        failed.remarks.append(query.statement.error(error, scanned).description)
        proposals.append(failed)
      }
    }
    database.server.keep(connection, to: database.name)
    return tried(proposals, in: database)
  }

  /// The proposals without the cases that fail.
  private static func tried(_ proposals: [ProposedCases], in database: DatabaseState) -> [ProposedCases] {
    var proposals = proposals
    let work = proposals.indices.flatMap { index in
      proposals[index].cases.indices.map { number in
        var one = proposals[index]
        one.cases = [one.cases[number]]
        let query = one.filled
        return (index: index, name: proposals[index].cases[number].name, query: query, item: query.cases[0])
      }
    }
    let answers = database.answers(work.map { (query: $0.query, queryCase: $0.item) }) { _, _ in false }
    for (work, answer) in zip(work, answers) {
      let reason: String
      switch answer.answer {
      case .plans: continue
      case .timedOut(_, let message): reason = message
      case .unchecked(let text): reason = text
      case .writes: reason = "it writes"
      }
      proposals[work.index].cases.removeAll { $0.name == work.name }
      proposals[work.index].remarks.append("no case '\(work.name)': \(reason.split(separator: "\n").first ?? "")")
    }
    return proposals
  }

  // MARK: Showing

  private func show(_ proposals: [ProposedCases]) {
    for proposal in proposals.filter({ $0.query.ownEntry == nil }) {
      let place = "\(options.manifest.visible), line \(proposal.query.manifestLine)"
      console.print("# \(proposal.query.name): add to its entry in \(place)")
      for line in proposal.lines { console.print("    " + line) }
    }
    let entries = proposals.filter { $0.query.ownEntry != nil }
    if entries.isEmpty { return }
    console.print("# entries for 'queries' in \(options.manifest.visible); 'files' then leaves these queries out")
    for entry in entries {
      for (index, line) in entry.entryLines.enumerated() { console.print((index == 0 ? "  - " : "    ") + line) }
    }
  }

  static func summary(_ proposals: [ProposedCases]) -> String {
    let all = proposals.reduce(0) { $0 + $1.parameters.count }
    let sources = proposals.filter { !$0.cases.isEmpty }.flatMap(\.sources)
    let found = sources.count
    let byType = sources.count { $0 == .type }
    let share = all == 0 ? 100 : found * 100 / all
    return "\(proposals.count) \(proposals.count == 1 ? "query" : "queries"): values for \(found) of \(all) parameters "
      + "(\(share) %)" + (byType > 0 ? ", \(byType) of them by their type alone" : "")
  }

  // MARK: Writing

  private func write(_ proposals: [ProposedCases], _ run: GateRun) throws(Diagnostic) {
    if proposals.isEmpty { return }
    let path = options.manifest
    let bytes = try readFile(path, "the manifest")
    let edited: String
    do throws(ManifestEdit.Problem) {
      guard let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.first != "\u{FEFF}" else {
        throw ManifestEdit.Problem(reason: "it is not plain UTF-8")
      }
      edited = try ParamsRun.edited(text, proposals, run.manifest)
      try ParamsRun.check(edited, proposals, run.manifest, path)
    } catch {
      show(proposals)
      throw Diagnostic("the manifest is left as it is: \(error.reason); paste what is above", file: path)
    }
    do { try replaceFile(path, with: edited) } catch {
      throw Diagnostic("cannot write the manifest: \(error.reason)", file: path)
    }
    let count = proposals.count == 1 ? "1 query" : "\(proposals.count) queries"
    console.say("wrote values for \(count) into \(path.visible)")
  }

  private static func edited(
    _ text: String, _ proposals: [ProposedCases], _ manifest: Manifest
  ) throws(ManifestEdit.Problem) -> String {
    var edit = ManifestEdit(text)
    let places = manifest.queries.sorted { a, b in
      (a.manifestLine, a.manifestColumn) < (b.manifestLine, b.manifestColumn)
    }
    let entries = proposals.filter { $0.query.ownEntry != nil }.map(\.entryLines)
    if !entries.isEmpty, let last = places.last { try edit.append(entries, behind: last) }
    let own = proposals.filter { $0.query.ownEntry == nil }.sorted { a, b in
      (a.query.manifestLine, a.query.manifestColumn) > (b.query.manifestLine, b.query.manifestColumn)
    }
    for proposal in own {
      if !proposal.query.lacksValues {
        throw ManifestEdit.Problem(reason: "'\(proposal.query.name)' has values already")
      }
      let entry = proposal.entry
      try edit.add(proposal.lines, or: "\(entry.key): \(entry.value)", to: proposal.query)
    }
    return edit.text
  }

  /// Reads the new text and makes sure that nothing but the values changed.
  private static func check(
    _ text: String, _ proposals: [ProposedCases], _ before: Manifest, _ path: String
  ) throws(ManifestEdit.Problem) {
    let now: Manifest
    do { now = try Manifest.read(Array(text.utf8), of: path, today: before.queries[0].policy.today) } catch {
      throw ManifestEdit.Problem(reason: "with the values it could not be read: \(error.message)")
    }
    let filled = Dictionary(proposals.map { ($0.query.name, $0.filled.cases) }) { first, _ in first }
    let old = Dictionary(before.queries.map { ($0.name, $0) }) { first, _ in first }
    let isSame =
      now.seed == before.seed && now.queries.count == before.queries.count
      && now.queries.allSatisfy { query in
        guard let was = old[query.name] else { return false }
        // An entry of its own may take the comments before a statement too.
        return SQLTree.tokens(query.statement.sql) == SQLTree.tokens(was.statement.sql)
          && resolvedPath(query.statement.file) == resolvedPath(was.statement.file)
          && areEqual(query.cases, filled[query.name] ?? was.cases)
          && query.session == was.session && query.timeout == was.timeout
      }
    if !isSame { throw ManifestEdit.Problem(reason: "the values would change other queries") }
  }

  /// Whether cases are what was meant; what a query reads from the database has no value yet.
  private static func areEqual(_ cases: [QueryCase], _ wanted: [QueryCase]) -> Bool {
    cases.count == wanted.count
      && zip(cases, wanted).allSatisfy { item, wanted in
        item.name == wanted.name && item.isGeneric == wanted.isGeneric
          && item.parameters == wanted.parameters.with(nil, for: item.fetched.map(\.key))
      }
  }
}

extension ProposedCases {
  /// The lines of an entry of its own, for a query that `files:` takes.
  fileprivate var entryLines: [String] { (query.ownEntry ?? []).map { "\($0.key): \($0.value)" } + lines }
}
