/// The outcome of one case.
package struct CaseOutcome: Sendable {
  package var id: CaseID
  package var verdict: Verdict
  package var findings: [Finding] = []
  /// Ways to fix a case that regressed, the likeliest first.
  ///
  /// After a run, their statements were tried.
  package var fixes: [Fix] = []
  /// The migration after which it first fails, as the user would name its file; nil if that is unknown.
  package var migration: String?
  /// The plan's cost and blocks in each state on the way, beginning with the one that it is compared with.
  package var history: [Step] = []
  /// Nil for a case that could not be checked.
  package var comparison: CaseComparison?
  /// Why it could not be checked, one line or more.
  package var reason: String?
  /// Sentences on the case that are no findings, such as that it failed before the branch too.
  package var remarks: [String] = []
  /// The tables without rows that the plan reads, partitions as their parents: every plan on them is fast.
  package var emptyTables: [String] = []
  /// Whether the run judges by baselines, so that `record` can accept the plan and a case without one fails.
  package var hasBaselines = true
  /// The file of the query, or the manifest for one inside it, as the user would name it.
  package var file: String?
  /// From 1.
  package var line: Int?
  /// The line of the manifest that lists the query, from 1.
  package var manifestLine: Int?
  /// Its place among all cases of the manifest, from 1: shards divide the cases, and a merge puts them in order again.
  package var position: Int?
  /// The statement as it stands in its file.
  package var sql: String?
  /// The values that it was planned with, in the manifest's order.
  package var parameters: [BoundParameter] = []
  /// `16.14` where several servers judged one after the other, else nil: the run's own server.
  package var server: ServerVersion?
  /// The time for planning and running, to the microsecond.
  package var duration = Duration.zero { didSet { duration = duration.wholeMicroseconds } }

  /// The plan of a case in one of several states.
  package struct Step: Equatable, Sendable {
    /// The state: `before`, or the migration that led to it, as its report names it.
    package let label: String
    package let cost: Double
    /// The blocks that were touched; nil for a plan that was not run.
    package let blocks: Double?

    package init(label: String, cost: Double, blocks: Double?) {
      self.label = label
      self.cost = cost
      self.blocks = blocks
    }

    package init(label: String, plan: Plan) {
      self.init(label: label, cost: plan.root.totalCost, blocks: plan.root.buffers)
    }
  }

  package init(query: String, caseName: String?, verdict: Verdict) {
    id = CaseID(query, caseName)
    self.verdict = verdict
  }

  package var query: String { id.query }
  package var caseName: String? { id.name }

  /// The changes in what the plan depends on, those of failing findings first.
  ///
  /// For a case that fails, that nothing did is said too.
  package var causes: [Cause] {
    let causes = knownCauses
    guard causes.isEmpty, verdict == .regressed else { return causes }
    guard let comparison, let baseline = comparison.baseline else { return [.nothingRecorded] }
    if !comparison.knowsCatalog { return [] }
    if baseline.format < .newest || comparison.lacksTypes { return [.nothingInOlderBaseline] }
    return [comparison.showsInnerStatements ? .nothingRecorded : .nothingOutside]
  }

  /// The migration, and the changes in what the plan depends on.
  package var knownCauses: [Cause] {
    (migration.map { [.migration($0)] } ?? []) + (comparison?.causes(of: findings) ?? [])
  }

  /// How the case is called on the command line and in every report.
  package var name: String { id.description }

  package func isFailed(strict: Bool) -> Bool {
    switch verdict {
    case .unchecked, .regressed: true
    case .new: hasBaselines || findings.contains(where: \.isFailing)
    case .improved, .changed: strict
    case .passed: strict && !emptyTables.isEmpty
    }
  }

  /// Whether it fails for no other reason than that tables are empty.
  package func isEmpty(strict: Bool) -> Bool { verdict == .passed && isFailed(strict: strict) }

  /// A sentence on the empty tables.
  package var emptiness: String {
    "\(emptyTables.joined(separator: ", ")) \(emptyTables.count == 1 ? "has" : "have") no rows, and every plan on an "
      + "empty table is fast"
  }

  /// Whether `record` can accept it: what did not run to its end has no plan to be recorded.
  package var isRecordable: Bool {
    hasBaselines && verdict != .unchecked && verdict != .passed && !findings.contains { $0.rule == Rule.timeoutID }
  }

  /// Why a case is new: `no baseline yet`, or in a comparison of two states `not in main (ab12cd3)`.
  package var newness: String { hasBaselines ? "no baseline yet" : "not in \(comparison?.label ?? .baseline)" }

  /// The rule that names the failure: the contract's `type` of a JUnit failure.
  package func failureType(strict: Bool) -> String? {
    switch verdict {
    case .new: hasBaselines ? "no-baseline" : findings.first(where: \.isFailing)?.rule
    case .regressed: findings.first(where: \.isFailing)?.rule
    case .improved, .changed: strict ? "plan-changed" : nil
    case .passed: isEmpty(strict: strict) ? "empty" : nil
    case .unchecked: nil
    }
  }
}

/// A parameter of a query and its value in one case.
package struct BoundParameter: Equatable, Sendable {
  /// `$1` or `:name`.
  package let name: String
  /// As the manifest writes it; nil is NULL.
  package let value: String?

  package init(name: String, value: String?) {
    self.name = name
    self.value = value
  }
}

/// One of several parts of a manifest's cases, each judged on a machine of its own.
package struct Shard: Equatable, Sendable {
  /// From 1.
  package let index: Int
  package let count: Int

  package init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }
}

/// A line of a file that something is said of.
package struct Place: Equatable, Sendable {
  /// As the user would name it.
  package var file: String
  /// From 1.
  package var line: Int?

  package init(file: String, line: Int? = nil) {
    self.file = file
    self.line = line
  }
}

/// The cases that a run was asked to judge, those of all its shards together.
package struct Selection: Equatable, Sendable {
  package let caseCount: Int
  /// Tells that the manifest, a statement or the names on the command line are others: shards of one run have the same.
  package let fingerprint: String

  package init(caseCount: Int, fingerprint: String) {
    self.caseCount = caseCount
    self.fingerprint = fingerprint
  }
}

/// The outcome of a run.
///
/// Every report is a function of it.
package struct RunOutcome: Sendable {
  package enum Result: String, Sendable {
    case passed, failed, unchecked
  }

  package var plangateVersion: String
  /// The manifest as the user named it, for the commands that a report gives.
  package var manifest: String
  /// The manifest from the root of the repository, where that is known and another name.
  package var manifestInRepository: String?
  /// The servers that judged, one after the other; none when no server was reached.
  package var servers: [ServerVersion] = []
  /// `localhost:5432`, of a server that plangate was given; nil for one of its own.
  package var serverAddress: String?
  /// The state that the cases are compared with.
  package var before = StateLabel.baseline
  /// In the manifest's order.
  package var cases: [CaseOutcome] = []
  /// What the migrations did beside the plans, for a run that looked at that.
  package var migrations: [MigrationReport] = []
  /// Remarks on the whole run, each reported once.
  package var notes: [Note] = []
  /// Why the run ended before its cases (the manifest, the seed, the server, a signal), or what else went wrong: a
  /// report that could not be written.
  package var error: String?
  /// Where the reason for that stands, if it stands anywhere.
  package var errorPlace: Place?
  package var isStrict = false
  /// The part of the cases that this run judged; nil for all of them.
  package var shard: Shard?
  /// The cases that the run was asked to judge; nil if it ended before that was known.
  package var selection: Selection?
  /// To the microsecond.
  package var duration = Duration.zero { didSet { duration = duration.wholeMicroseconds } }

  package init(plangateVersion: String = Release.version, manifest: String) {
    self.plangateVersion = plangateVersion
    self.manifest = manifest
  }

  package var result: Result {
    if error != nil || cases.contains(where: { $0.verdict == .unchecked }) { return .unchecked }
    let isFailed = cases.contains { $0.isFailed(strict: isStrict) } || migrations.contains(where: \.isFailed)
    return isFailed ? .failed : .passed
  }

  /// How reports call the manifest and tell it from others: two working directories of a repository may each have a
  /// `queries/manifest.yml`.
  package var manifestFile: String { manifestInRepository ?? manifest }

  /// `15.18`, or `15.18, 16.14`; nil when no server was reached.
  package var server: String? { servers.isEmpty ? nil : servers.map(\.text).joined(separator: ", ") }

  /// `15.18`, or `15.18 (given: localhost:5432)`.
  package var serverText: String { (server ?? "?") + (serverAddress.map { " (given: \($0))" } ?? "") }

  package func count(_ verdict: Verdict) -> Int { cases.count { $0.verdict == verdict } }

  /// The line of the statement that a migration rule names; for one of a command, which has no lines, the manifest.
  package func place(of finding: MigrationFinding, in migration: MigrationReport) -> Place {
    finding.line > 0 ? Place(file: migration.file, line: finding.line) : Place(file: manifestFile)
  }
}

extension RunOutcome {
  /// The same outcome with other names of its files, as those who read a report in another place know them.
  package func renamingFiles(_ name: (String) -> String) -> RunOutcome {
    var outcome = self
    let files = Set(migrations.map(\.file))
    outcome.manifestInRepository = name(manifest) == manifest ? nil : name(manifest)
    for index in cases.indices {
      outcome.cases[index].file = cases[index].file.map(name)
      outcome.cases[index].migration = cases[index].migration.map(name)
      outcome.cases[index].history = cases[index].history.map { step in
        guard files.contains(step.label) else { return step }
        return CaseOutcome.Step(label: name(step.label), cost: step.cost, blocks: step.blocks)
      }
    }
    for index in migrations.indices { outcome.migrations[index].file = name(migrations[index].file) }
    for index in notes.indices {
      outcome.notes[index].place = notes[index].place.map { Place(file: name($0.file), line: $0.line) }
    }
    outcome.errorPlace = errorPlace.map { Place(file: name($0.file), line: $0.line) }
    return outcome
  }
}

extension Duration {
  private static let attosecondsPerMicrosecond: Double = 1e12

  /// A duration that is written in few digits and read back as the same.
  fileprivate var wholeMicroseconds: Duration {
    let (seconds, attoseconds) = components
    let microseconds = (Double(attoseconds) / Duration.attosecondsPerMicrosecond).rounded()
    return .seconds(seconds) + .microseconds(Int64(microseconds))
  }

  /// The number of seconds.
  ///
  /// For whole microseconds it is the number with the same digits, which a division by `.seconds(1)` need not give.
  package var inSeconds: Double {
    let (seconds, attoseconds) = components
    return (Double(seconds) * 1_000_000 + Double(attoseconds) / Duration.attosecondsPerMicrosecond) / 1_000_000
  }
}
