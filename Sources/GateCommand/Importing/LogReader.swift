/// Reads the statements of a log into groups.
struct LogReader {
  let path: String
  let prefix: LinePrefix?
  /// The database whose statements are taken; nil for the first that the log names.
  let database: String?

  /// What a log turned out to be.
  struct Summary {
    var format: LogFormat
    /// The executions of each database.
    var databases: [String: Int] = [:]
  }

  /// - Parameter body: gets each execution.
  func read(
    into groups: inout StatementGroups, _ body: (Execution, inout StatementGroups) -> Void
  ) throws(Diagnostic) -> LogFormat {
    var lines = try LogLines(path)
    var first: [[UInt8]] = []
    while first.count < 500, let line = try lines.next() { first.append(line) }
    guard let format = LogFormat(of: first) else {
      throw Diagnostic(
        "it is no log that plangate knows\nit reads csvlog, jsonlog and logs with 'LOG:  ' (messages in English) of "
          + "PostgreSQL, and those of Rails, SQLAlchemy and Django", file: path)
    }
    var parser = Parser(format, prefix)
    for line in first { parser.add(line, &groups, body) }
    while let line = try lines.next() { parser.add(line, &groups, body) }
    parser.end(&groups, body)
    if parser.broken + lines.cutLines > 0 { groups.leaveOut(.cut, parser.broken + lines.cutLines) }
    return format
  }

  private enum Parser {
    case csv(CSVLog), json(JSONLog), stderr(StderrLog), rails(RailsLog), sqlAlchemy(SQLAlchemyLog), django(DjangoLog)

    init(_ format: LogFormat, _ prefix: LinePrefix?) {
      self =
        switch format {
        case .csv: .csv(CSVLog())
        case .json: .json(JSONLog())
        case .stderr: .stderr(StderrLog(prefix))
        case .rails: .rails(RailsLog())
        case .sqlAlchemy: .sqlAlchemy(SQLAlchemyLog())
        case .django: .django(DjangoLog())
        }
    }

    var broken: Int {
      switch self {
      case .csv(let log): log.broken
      case .json(let log): log.broken
      case .stderr, .rails, .sqlAlchemy, .django: 0
      }
    }

    /// The longest line of a log that is searched as a whole, in bytes.
    private static let longest = 1 << 18

    mutating func add(
      _ line: [UInt8], _ groups: inout StatementGroups, _ body: (Execution, inout StatementGroups) -> Void
    ) {
      switch self {
      case .rails, .sqlAlchemy, .django:
        if line.count > Parser.longest { return groups.leaveOut(.cut) }
      case .csv, .json, .stderr: break
      }
      switch self {
      case .csv(var log):
        Parser.pass(log.add(line), &groups, body)
        self = .csv(log)
      case .json(var log):
        Parser.pass(log.add(line), &groups, body)
        self = .json(log)
      case .stderr(var log):
        Parser.pass(log.add(line), &groups, body)
        self = .stderr(log)
      case .rails(var log): for execution in log.add(line) { body(execution, &groups) }
      case .sqlAlchemy(var log):
        for execution in log.add(line) { body(execution, &groups) }
        self = .sqlAlchemy(log)
      case .django(var log): for execution in log.add(line) { body(execution, &groups) }
      }
    }

    mutating func end(_ groups: inout StatementGroups, _ body: (Execution, inout StatementGroups) -> Void) {
      switch self {
      case .csv(var log):
        Parser.pass(log.end(), &groups, body)
        self = .csv(log)
      case .stderr(var log): Parser.pass(log.end(), &groups, body)
      case .json, .rails, .sqlAlchemy, .django: break
      }
    }

    private static func pass(
      _ entries: [LogEntry], _ groups: inout StatementGroups, _ body: (Execution, inout StatementGroups) -> Void
    ) {
      for entry in entries {
        switch LoggedStatement.read(entry) {
        case .execution(let execution): body(execution, &groups)
        case .leftOut(let reason): groups.leaveOut(reason)
        case .nothing: break
        }
      }
    }
  }
}
