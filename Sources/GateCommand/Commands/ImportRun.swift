import FoundationEssentials
import OperatingSystem
import PlanCore
import Reporting

/// `plangate import`.
struct ImportRun {
  let options: Options
  let console: Console

  /// How often a session has to run a statement to be named.
  private static let manyTimes = 10

  func run() throws(Diagnostic) -> ExitStatus {
    if options.names.isEmpty == (options.importsFrom == nil) {
      throw Diagnostic("plangate import takes logs or --from\nusage: \(options.command.usage)")
    }
    let manifest = try Manifest.load(options.manifest, today: Day.containing(.now))
    var groups = StatementGroups(keepsValues: options.importsValues)
    if let conninfo = options.importsFrom {
      try StatStatements(conninfo, libpqEnvironment: options.libpqEnvironment).read(into: &groups)
    }
    try readLogs(&groups)
    var queries = groups.queries()
    let known = Set(manifest.queries.map { StatementLiterals.shape($0.statement.sql) })
    let before = queries.count
    queries.removeAll { known.contains(StatementLiterals.shape($0.text)) }
    if queries.count < before { groups.leaveOut(.known, before - queries.count) }
    let all = queries.count
    queries = top(queries)
    if queries.count < all { groups.leaveOut(.rest, all - queries.count) }
    let writer = ImportWriter(manifest: manifest, path: options.manifest, source: source)
    queries = writer.named(queries)
    if options.isDryRun { show(queries, writer) } else if !queries.isEmpty { try writer.write(queries, console) }
    report(queries, groups.leftOut)
    if queries.isEmpty { console.say("nothing was imported") }
    return .passed
  }

  private var source: String {
    options.importsFrom != nil
      ? "pg_stat_statements" : options.names.map { String($0.split(separator: "/").last ?? "") }.joined(separator: ", ")
  }

  // MARK: Logs

  private func readLogs(_ groups: inout StatementGroups) throws(Diagnostic) {
    let prefix = options.linePrefix.map { LinePrefix($0) }
    var wanted = options.database
    for path in options.names {
      // A pipe can be read only once.
      if wanted == nil, FileKind(path) == .regular { wanted = try mainDatabase(path, prefix) }
      let reader = LogReader(path: path, prefix: prefix, database: wanted)
      let format = try reader.read(into: &groups) { execution, groups in
        if let wanted, let own = execution.database, own != wanted {
          groups.leaveOut(.otherDatabase)
        } else {
          groups.add(execution)
        }
      }
      console.step("\(path): \(format)")
    }
    if options.database == nil, let wanted, !wanted.isEmpty { console.step("statements of the database \(wanted)") }
  }

  /// The database with the most statements; nil if the log names none.
  private func mainDatabase(_ path: String, _ prefix: LinePrefix?) throws(Diagnostic) -> String? {
    var counts: [String: Int] = [:]
    var unused = StatementGroups(keepsValues: false)
    _ = try LogReader(path: path, prefix: prefix, database: nil).read(into: &unused) { execution, _ in
      guard let name = execution.database, counts[name] != nil || counts.count < 1000 else { return }
      if StatementKind.reason(against: execution.text) == nil { counts[name, default: 0] += 1 }
    }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  // MARK: Choosing

  /// The first of each order: by total time, by calls and by mean time, in the order of the source.
  private func top(_ queries: [ImportedQuery]) -> [ImportedQuery] {
    guard queries.count > options.top else { return queries }
    var chosen: Set<Int> = []
    let orders: [(ImportedQuery) -> Double] = [
      { $0.total ?? 0 }, { Double($0.calls) }, { $0.mean ?? 0 },
    ]
    for weight in orders {
      let sorted = queries.indices.sorted { (weight(queries[$1]), $0) < (weight(queries[$0]), $1) }
      chosen.formUnion(sorted.prefix(options.top))
    }
    return queries.indices.filter(chosen.contains).map { queries[$0] }
  }

  // MARK: Showing

  private func show(_ queries: [ImportedQuery], _ writer: ImportWriter) {
    for query in queries {
      console.print("# \(writer.path(of: query).visible)")
      console.print(writer.text(of: query).visibleText)
    }
    if !queries.isEmpty { console.print("# entries for 'queries' in \(options.manifest.visible)") }
    for query in queries {
      for (index, line) in writer.entry(of: query).enumerated() {
        console.print((index == 0 ? "  - " : "    ") + line.visible)
      }
    }
  }

  private func report(_ queries: [ImportedQuery], _ leftOut: [LeftOut: Int]) {
    for query in queries { console.say("# \(query.name): \(query.weight)") }
    for query in queries where query.perSession >= ImportRun.manyTimes {
      console.say(
        "# \(query.name) ran \(query.perSession) times in one session: perhaps once per row of another (N+1)")
    }
    for reason in LeftOut.allCases {
      if let count = leftOut[reason] {
        let count = Figures.grouped(Double(count))
        console.say("# left out: \(count) that \(reason.rawValue)")
      }
    }
    let withoutValues = queries.count { $0.cases.isEmpty && StatementLiterals($0.text).parameterCount > 0 }
    if withoutValues > 0 {
      let count = withoutValues == 1 ? "1 query lacks" : "\(withoutValues) queries lack"
      console.say("# \(count) values: 'plangate params' proposes them")
    }
  }
}
