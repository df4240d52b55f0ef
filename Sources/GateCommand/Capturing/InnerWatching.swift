import PlanCore
import Postgres

/// How closely a run of a case is watched for what it runs inside.
enum InnerWatch {
  case nothing
  /// Which relations are read and written.
  case activity
  /// Whether functions are called that may run statements.
  case calls
  /// The statements, with their plans.
  case statements
  /// The rows that sequential scans read, for a server or a case that does not show its statements.
  case counters
}

/// The watching of one run of a case.
///
/// The run is one without parallel workers where statements or rows are counted: neither counter sees what workers do.
final class InnerWatching {
  struct Seen {
    var runsFunctions = false
    /// What the run did to relations; nil if that was not counted.
    var activity: RelationActivity?
    var inner: InnerWork?
  }

  private let watch: InnerWatch
  private let connection: Connection
  private let means: InnerProbe.Means
  private let origins: InnerProbe.Origins?
  private let relations: KnownRelations
  private let isWritable: Bool
  /// The case's own number of workers, where this run has none.
  private let workers: String?
  private var observer: InnerObserver?

  /// - Parameter workers: the case's own `max_parallel_workers`; nil for the session's.
  init(
    _ watch: InnerWatch, _ connection: Connection, _ probe: InnerProbe, isWritable: Bool, workers: String?
  ) throws(ServerError) {
    self.connection = connection
    self.isWritable = isWritable
    relations = probe.relations
    means = try probe.means(connection)
    self.watch = watch == .statements && !means.hasAutoExplain ? .counters : watch
    switch self.watch {
    case .nothing, .activity, .calls: (origins, self.workers) = (nil, nil)
    case .statements, .counters:
      origins = try probe.origins(connection)
      // The next statement waits for it.
      if self.watch == .statements { try connection.send(together: [("LOAD 'auto_explain'", [])]) }
      self.workers = workers ?? means.parallelWorkers
    }
  }

  /// The statements so far, also of a run that failed.
  var statements: [InnerStatement] { observer?.log.all ?? [] }

  /// The settings of the transaction beside those of the case.
  var settings: [(String, String)] {
    switch watch {
    case .nothing, .activity: return []
    case .calls: return means.functions != nil && means.isSuperuser ? [("track_functions", "all")] : []
    case .counters: return [("max_parallel_workers", "0")]
    case .statements:
      // Names of functions in contexts are the same in all languages, but the words around them are not.
      let settings = [("max_parallel_workers", "0"), ("lc_messages", "C")]
      return settings + InnerWatching.autoExplain
        // Values of parameters must not be printed. They would also be a context, which only inner statements have.
        + [("log_parameter_max_length_on_error", "0")]
        + (connection.serverVersion >= 160_000 ? [("auto_explain.log_parameter_max_length", "0")] : [])
    }
  }

  /// At the level INFO the plans reach the client, whatever a function sets, and no log is written.
  private static let autoExplain = [
    ("log_min_duration", "0"), ("log_nested_statements", "on"), ("log_analyze", "on"), ("log_buffers", "on"),
    ("log_timing", "off"), ("log_triggers", "off"), ("log_verbose", "on"), ("log_settings", "off"),
    ("log_format", "json"), ("log_level", "info"), ("sample_rate", "1"),
  ].map { ("auto_explain.\($0.0)", $0.1) }

  /// Whether the run is watched by the counters of its transaction.
  var countsActivity: Bool {
    switch watch {
    case .nothing, .calls: false
    case .activity, .statements, .counters: true
    }
  }

  /// Runs a case in its transaction and watches it.
  ///
  /// - Parameter startsClean: whether the counts of all earlier transactions were sent.
  func run<Answer>(
    startsClean: Bool, _ body: () throws(ServerError) -> Answer
  ) throws(ServerError) -> (answer: Answer, seen: Seen) {
    let before = try countsActivity && !startsClean ? RelationActivity(connection, relations) : RelationActivity()
    switch watch {
    case .nothing: return (try body(), Seen())
    case .activity:
      let answer = try body()
      return (answer, Seen(activity: try RelationActivity(connection, relations).since(before)))
    case .calls:
      guard let functions = means.functions else { return (try body(), Seen()) }
      // A role that may not count calls has to expect some.
      guard means.isSuperuser else { return (try body(), Seen(runsFunctions: true)) }
      let before = try calls(of: functions)
      let answer = try body()
      return (answer, Seen(runsFunctions: try calls(of: functions) != before))
    case .counters:
      let answer = try body()
      let isWhole = try endStatement()
      let activity = try RelationActivity(connection, relations).since(before)
      let inner = InnerWork(statements: nil, isCapped: !isWhole, sequentialReads: activity.sequentialReads)
      return (answer, Seen(activity: activity, inner: inner))
    case .statements:
      guard let origins else { return (try body(), Seen()) }
      let observer = InnerObserver(origins)
      self.observer = observer
      let (answer, isWhole) = try connection.withNotices(observer.take) { () throws(ServerError) in
        let answer = try body()
        return (answer, try endStatement())
      }
      let activity = try RelationActivity(connection, relations).since(before)
      // A function may catch the cancellation and go on, and the last statement may be the one that is too many.
      let inner = InnerWork(
        statements: statements, isCapped: observer.isCapped || !isWhole,
        sequentialReads: statements.isEmpty ? [:] : activity.sequentialReads)
      return (answer, Seen(activity: activity, inner: inner))
    }
  }

  /// Does what the end of the transaction would do, which is rolled back: deferred constraints are checked.
  ///
  /// - Returns: whether that came to its end, be it with an error.
  private func endStatement() throws(ServerError) -> Bool {
    guard isWritable, means.hasDeferrable else { return true }
    // A statement of a longer transaction may well fail here.
    do {
      try connection.execute(together: [("SAVEPOINT plangate_constraints", []), ("SET CONSTRAINTS ALL IMMEDIATE", [])])
    } catch {
      if error.isConnectionLost || error.lacksResources || observer?.isCapped == true { throw error }
      try connection.execute("ROLLBACK TO plangate_constraints")
      return !error.isTimeout
    }
    return true
  }

  /// The plan as it would be with the session's own number of workers.
  func hideSettings(in plan: inout Plan) {
    guard let workers else { return }
    // EXPLAIN leaves out a setting that has its built-in default.
    plan.settings["max_parallel_workers"] = workers == "8" ? nil : workers
  }

  // MARK: Counters

  private func calls(of functions: String) throws(ServerError) -> String? {
    try connection.execute(
      "SELECT sum(pg_catalog.pg_stat_get_xact_function_calls(f)) FROM pg_catalog.unnest($1::oid[]) AS f", [functions]
    ).value
  }
}
