/// The outcome of a run, or of a shard of one, and what its report is called.
package struct ReportedOutcome: Sendable {
  package let file: String
  package let outcome: RunOutcome

  package init(file: String, outcome: RunOutcome) {
    self.file = file
    self.outcome = outcome
  }

  /// `shard 2/5 (b.json)`.
  fileprivate var name: String { outcome.shard.map { "shard \($0.index)/\($0.count) (\(file))" } ?? file }
}

/// Joins the outcomes of the shards of one run.
///
/// What is missing, there twice or of another run makes the whole `unchecked`, and is named; all that was checked is in
/// it nevertheless.
package struct OutcomeMerge {
  /// Those that belong together.
  private var accepted: [ReportedOutcome] = []
  private var problems: [String]

  /// - Parameters:
  ///   - reports: in any order.
  ///   - problems: why other reports could not be read, a line or more each.
  ///   - empty: what comes out when there is no report at all, but for its error.
  package static func outcome(
    of reports: [ReportedOutcome], problems: [String] = [], orElse empty: RunOutcome
  ) -> RunOutcome {
    var merge = OutcomeMerge(problems: problems)
    if reports.count == 1, problems.isEmpty, reports[0].outcome.shard == nil {
      var whole = reports[0].outcome
      if whole.error == nil, whole.selection != nil {
        merge.reportMissingCases(whole, of: "the run")
        whole.error = merge.problems.first
      }
      return whole
    }
    for report in reports { merge.accept(report) }
    return merge.outcome(orElse: empty)
  }

  private init(problems: [String]) { self.problems = problems }

  private mutating func accept(_ report: ReportedOutcome) {
    if let problem = mismatch(report) {
      problems.append("\(report.file): \(problem); it is left out")
      return
    }
    accepted.append(report)
    if let error = report.outcome.error { problems.append("\(report.name): the run ended early: \(error)") }
  }

  // MARK: What belongs together

  /// Why a report is not of the run that the others are of; nil when it is.
  private func mismatch(_ report: ReportedOutcome) -> String? {
    guard let first = accepted.first else { return nil }
    let (this, that) = (report.outcome, first.outcome)
    guard let shard = this.shard, let other = that.shard else {
      let whole = this.shard == nil ? "this is" : "\(first.file) is"
      return "\(whole) the report of a whole run, which cannot be joined with another"
    }
    if shard.count != other.count {
      return "it is shard \(shard.index)/\(shard.count), and \(first.file) is shard \(other.index)/\(other.count)"
    }
    if let twin = accepted.first(where: { $0.outcome.shard == shard }) {
      return "\(twin.file) is shard \(shard.index)/\(shard.count) as well"
    }
    if this.manifestFile != that.manifestFile {
      return "it is of the manifest \(this.manifestFile), and \(first.file) of \(that.manifestFile)"
    }
    if this.plangateVersion != that.plangateVersion {
      return "it is of plangate \(this.plangateVersion), and \(first.file) of \(that.plangateVersion)"
    }
    if this.before != that.before { return "it compares with \(this.before), and \(first.file) with \(that.before)" }
    if this.isStrict != that.isStrict {
      return this.isStrict
        ? "it was judged with --strict, and \(first.file) was not"
        : "it was judged without --strict, and \(first.file) with it"
    }
    if let known = accepted.first(where: { $0.outcome.selection != nil }), let selection = this.selection,
      selection != known.outcome.selection
    {
      return "it is of another set of cases than \(known.file): the manifest, a query or the names on the command line "
        + "differ"
    }
    if let known = accepted.first(where: { $0.outcome.server != nil }), let server = this.server,
      let otherServer = known.outcome.server, this.servers.map(\.major) != known.outcome.servers.map(\.major)
    {
      return "it is of PostgreSQL \(server), and \(known.file) of \(otherServer)"
    }
    return nil
  }

  // MARK: The whole

  private mutating func outcome(orElse empty: RunOutcome) -> RunOutcome {
    var whole = empty
    if let first = accepted.first?.outcome {
      whole = RunOutcome(plangateVersion: first.plangateVersion, manifest: first.manifest)
      whole.manifestInRepository = first.manifestInRepository
      whole.before = first.before
      whole.isStrict = first.isStrict
    }
    let outcomes = accepted.map(\.outcome)
    whole.servers = outcomes.lazy.map(\.servers).first { !$0.isEmpty } ?? []
    whole.serverAddress = outcomes.lazy.compactMap(\.serverAddress).first
    whole.selection = outcomes.lazy.compactMap(\.selection).first
    // The shards ran side by side.
    whole.duration = outcomes.map(\.duration).max() ?? .zero
    for note in outcomes.flatMap(\.notes) where !whole.notes.contains(note) { whole.notes.append(note) }
    whole.notes += serverNotes(outcomes)
    whole.cases = cases()
    reportMissingShards()
    if problems.isEmpty { reportMissingCases(whole, of: "the shards") }
    whole.error = problems.isEmpty ? nil : problems.joined(separator: "\n")
    return whole
  }

  /// Minors of one major plan alike, nearly always.
  private func serverNotes(_ outcomes: [RunOutcome]) -> [Note] {
    let servers = Set(outcomes.compactMap(\.server)).sorted()
    return servers.count < 2
      ? [] : [Note("the shards ran on different servers: PostgreSQL \(servers.joined(separator: ", "))")]
  }

  private struct CaseKey: Hashable {
    let name: String
    let server: ServerVersion?
  }

  /// The cases of all reports in the manifest's order, each once.
  private mutating func cases() -> [CaseOutcome] {
    var files: [CaseKey: String] = [:]
    var cases: [CaseOutcome] = []
    for report in accepted {
      for item in report.outcome.cases {
        let key = CaseKey(name: item.name, server: item.server)
        if let file = files.updateValue(report.file, forKey: key) {
          problems.append("the case \(item.name) is in \(file) and in \(report.file)")
        } else {
          cases.append(item)
        }
      }
    }
    // With several servers a run may list them one after the other.
    let isByServer = accepted.contains { report in
      let positions = report.outcome.cases.map { $0.position ?? .max }
      return zip(positions, positions.dropFirst()).contains { $0 > $1 }
    }
    var ranks: [ServerVersion?: Int] = [:]
    for item in cases where ranks[item.server] == nil { ranks[item.server] = ranks.count }
    func place(_ item: CaseOutcome) -> (Int, Int, Int) {
      let rank = ranks[item.server] ?? 0
      return (isByServer ? rank : 0, item.position ?? .max, rank)
    }
    return cases.enumerated().sorted { a, b in
      let (first, second) = (place(a.element), place(b.element))
      return first == second ? a.offset < b.offset : first < second
    }.map(\.element)
  }

  // MARK: What is missing

  private mutating func reportMissingShards() {
    guard let count = accepted.lazy.compactMap({ $0.outcome.shard?.count }).first else { return }
    let known = Set(accepted.compactMap { $0.outcome.shard?.index })
    let missing = (1...count).lazy.filter { !known.contains($0) }.prefix(20).map(String.init)
    let total = count - known.count
    if total == 0 { return }
    let list = missing.joined(separator: ", ") + (total > missing.count ? " …" : "")
    problems.append(
      total == 1 ? "shard \(list) of \(count) is missing" : "\(total) of \(count) shards are missing: \(list)")
  }

  /// Whether every case that the run was asked to judge was judged, on each server.
  ///
  /// - Parameter judges: who judged them.
  private mutating func reportMissingCases(_ whole: RunOutcome, of judges: String) {
    guard let wanted = whole.selection?.caseCount else {
      if !accepted.isEmpty { problems.append("no report says how many cases were to be judged") }
      return
    }
    let counts = Dictionary(grouping: whole.cases, by: \.server).mapValues(\.count)
    for (server, count) in (counts.isEmpty ? [nil: 0] : counts).sorted(by: {
      ($0.key?.text ?? "") < ($1.key?.text ?? "")
    })
    where count != wanted {
      let place = server.map { " on PostgreSQL \($0)" } ?? ""
      problems.append("\(judges) judged \(count) of \(wanted) cases\(place)")
    }
  }
}
