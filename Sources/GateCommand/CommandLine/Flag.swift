import PlanCore
import Reporting

/// An option of the command line: its texts, and its effect on the options.
///
/// Parsing, help, the man page, the completions and docs/commands.md follow from it. Each command lists the flags that
/// it takes.
struct Flag: Sendable {
  /// The change that a flag makes to the options.
  enum Effect: Sendable {
    case turns(@Sendable (inout Options) -> Void)
    /// The name of the value in the help, which also tells its kind (`ValueKind.all`), whether an empty text is a
    /// value, and the change.
    case sets(String, allowsEmpty: Bool = false, @Sendable (inout Options, String) throws(Diagnostic) -> Void)
  }

  let name: String
  var letter: Character?
  /// One line, lower case, without a full stop.
  let help: String
  /// More, for the man page, in whole sentences.
  var details = ""
  /// The section of the documents that says more, as a link in Markdown.
  var reference: String?
  let effect: Effect
}

extension Flag {
  /// The order of help texts.
  static let all: [Flag] =
    [manifest, postgres] + reports + [server, allowSeed] + bases
    + [sql, params, from, database, top, noValues, linePrefix, rows, statistics]
    + [shard, runs, noDown, dryRun, strict, prune, check, write, keep, jobs, noCache, color, quiet, verbose]

  /// The flags of the commands that seed a server.
  static let seeding = [manifest, postgres, server, allowSeed, jobs, noCache]

  /// The flags of the commands that print what they do.
  static let printing = [color, quiet, verbose]

  /// One flag per report.
  static let reports = ReportFormat.allCases.map { format in
    Flag(
      name: format.rawValue, help: "write \(format.summary); - is standard output",
      reference: "[Reports](reports.md)",
      effect: .sets("FILE") { options, path in
        // Other names of what is open already as standard output.
        options.reports[format] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(path) ? "-" : path
      })
  }

  static let manifest = Flag(
    name: "manifest", help: "the list of queries (default: \(Options.defaultManifest))",
    details: "All paths in it are relative to its directory.",
    effect: .sets("FILE") { options, path in options.manifest = path })

  static let postgres = Flag(
    name: "postgres", help: "which local PostgreSQL (default: the baselines' major or the newest)",
    details: "A major version such as 16, or the directory of its programs such as /usr/lib/postgresql/16/bin. "
      + "check takes several, such as 15,16,18, and judges on one after the other.",
    reference: "[Several servers](#several-servers)",
    effect: .sets("MAJOR|BINDIR") { (options, text) throws(Diagnostic) in
      let servers = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      if servers.contains("") {
        throw Diagnostic("--postgres is a major version, a directory of programs, or several of them, not '\(text)'")
      }
      if servers.count > 1, !options.command.takesSeveralServers {
        throw Diagnostic(
          "plangate \(options.command.name) works on one server; only check takes several: --postgres \(text)")
      }
      options.postgres = servers
    })

  static let server = Flag(
    name: "server", help: "work in a database of its own on this server: URI, keywords, or ''",
    details: "The database is made for the run and dropped at its end; no other is touched. With an empty text the "
      + "variables of libpq say which server.",
    reference: "[A given server](server.md#a-given-server)",
    effect: .sets("CONNINFO", allowsEmpty: true) { options, text in options.conninfos.append(text) })

  static let allowSeed = Flag(
    name: "allow-seed", help: "what SQL seeds may do outside that database (with --server)",
    details: "Several are separated by commas: \(SeedReach.Kind.allCases.map(\.rawValue).joined(separator: ", ")). "
      + "Anything that is not named is an error before anything runs.",
    reference: "[What a seed may do there](server.md#what-a-seed-may-do-there)",
    effect: .sets("KINDS") { (options, text) throws(Diagnostic) in
      let known = SeedReach.Kind.allCases.map(\.rawValue)
      for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
        guard let kind = SeedReach.Kind(rawValue: word) else {
          throw Diagnostic(
            "--allow-seed knows no '\(word)'\(suggestion(for: word, among: known))\nit takes one or several of "
              + known.joined(separator: ","))
        }
        options.allowedReach.insert(kind)
      }
    })

  static let sql = Flag(
    name: "sql", help: "a statement to explain, in place of a query",
    details: "It runs on the seeded database and need not be in the manifest.",
    effect: .sets("SQL") { options, text in options.sql = text })

  static let params = Flag(
    name: "params", help: "its values, as in a manifest: '[42]' or '{id: 42}'",
    effect: .sets("VALUES") { options, text in options.params = text })

  static let shard = Flag(
    name: "shard", help: "only the I-th of N equal parts, for several machines",
    details: "The cases are divided; record divides the queries.",
    reference: "[Several machines](ci.md#several-machines)",
    effect: .sets("I/N") { (options, text) throws(Diagnostic) in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let index = parts[0], let count = parts[1], count >= 1, (1...count).contains(index) else {
        throw Diagnostic("--shard is a part and how many there are, such as 2/5, not '\(text)'")
      }
      options.shard = Shard(index: index, count: count)
    })

  static let runs = Flag(
    name: "runs", help: "how often to re-seed (default: 5)",
    effect: .sets("N") { (options, text) throws(Diagnostic) in
      options.runs = try number(text, of: "runs", in: 1...1000)
    })

  static let rows = Flag(
    name: "rows", help: "the rows of a table without foreign keys (default: 1,000)",
    details: "Tables with foreign keys get three times as many at each level. With --statistics it is the number of "
      + "rows of the largest table, 100,000 by default, and the others keep their proportions.",
    effect: .sets("N") { (options, text) throws(Diagnostic) in
      options.rows = try number(text, of: "rows", in: 1...100_000_000)
    })

  static let statistics = Flag(
    name: "statistics", help: "production's statistics, which the rows then follow",
    details: "A file of pg_dump --statistics-only (PostgreSQL 18 or newer). It is read, never run. The most common "
      + "values of production's columns become part of the SQL.",
    effect: .sets("FILE") { options, path in options.statistics = path })

  static let noDown = Flag(
    name: "no-down", help: "do not try the ways down", reference: "[Migrations](migrations.md)",
    effect: .turns { $0.runsDown = false })

  static let dryRun = Flag(
    name: "dry-run", help: "print what would be written, and write nothing", effect: .turns { $0.isDryRun = true })

  static let strict = Flag(
    name: "strict", help: "a changed or improved plan fails too, and an empty table",
    details: "Every plan on a table without rows is fast, so a case that reads one fails.",
    effect: .turns { $0.isStrict = true })

  static let prune = Flag(
    name: "prune", help: "remove baselines whose query is gone",
    details: "Only regular files that begin like a baseline are removed. A directory, a symbolic link or any other "
      + "*.plan file is kept and reported.",
    effect: .turns { $0.prunes = true })

  static let check = Flag(
    name: "check", help: "write nothing; exit 1 when something differs", effect: .turns { $0.onlyChecks = true })

  static let from = Flag(
    name: "from", help: "read pg_stat_statements of this server: URI, keywords, or ''",
    details: "It is read in one transaction that writes nothing. With an empty text the variables of libpq say which "
      + "server.",
    reference: "[Import](import.md)",
    effect: .sets("CONNINFO", allowsEmpty: true) { options, text in
      options.importsFrom = text
      options.secrets.append(text)
    })

  static let database = Flag(
    name: "database", help: "take the statements of this database from logs (default: the one with the most)",
    reference: "[Import](import.md)", effect: .sets("NAME") { options, text in options.database = text })

  static let top = Flag(
    name: "top", help: "how many queries to take by total time, by calls and by mean time (default: 100)",
    effect: .sets("N") { (options, text) throws(Diagnostic) in
      options.top = try number(text, of: "top", in: 1...10_000)
    })

  static let noValues = Flag(
    name: "no-values", help: "take no values, and put parameters in the place of literals",
    reference: "[Import](import.md)", effect: .turns { $0.importsValues = false })

  static let linePrefix = Flag(
    name: "line-prefix", help: "the log_line_prefix of the server, where it cannot be told from the log",
    details: "It says where the database and the session are in each line, such as '%m [%p] %q%u@%d '.",
    reference: "[Import](import.md)", effect: .sets("PREFIX") { options, text in options.linePrefix = text })

  static let write = Flag(
    name: "write", help: "put the values into the manifest, which keeps its comments",
    details: "If that is not possible, the manifest is left as it is and the values are printed.",
    effect: .turns { $0.writesManifest = true })

  static let keep = Flag(
    name: "keep", help: "leave the server up until Ctrl-C and print how to connect",
    details: "The exit status is then that of the verdict.", effect: .turns { $0.keepsServer = true })

  static let jobs = Flag(
    name: "jobs", help: "how many cases run side by side (default: the processors, at most 16)",
    details: "With timing: true in the manifest it is always 1.",
    effect: .sets("N") { (options, text) throws(Diagnostic) in
      options.jobs = try number(text, of: "jobs", in: 1...64)
    })

  static let noCache = Flag(
    name: "no-cache", help: "seed anew, and keep nothing for the next run",
    reference: "[The cache](server.md#the-cache)", effect: .turns { $0.usesCache = false })

  static let color = Flag(
    name: "color", help: "always, never or auto (default: on a terminal without NO_COLOR)",
    effect: .sets("WHEN") { (options, text) throws(Diagnostic) in
      guard let choice = ColorChoice(rawValue: text) else {
        throw Diagnostic("--color is always, never or auto, not '\(text)'")
      }
      options.color = choice
    })

  static let quiet = Flag(
    name: "quiet", letter: "q", help: "print failures and errors only", effect: .turns { $0.isQuiet = true })

  static let verbose = Flag(
    name: "verbose", letter: "v", help: "print each step, and the details of every case that did not pass cleanly",
    effect: .turns { $0.isVerbose = true })

  private static func number(
    _ text: String, of flag: String, in range: ClosedRange<Int>
  ) throws(Diagnostic) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw Diagnostic("--\(flag) is a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return number
  }
}

extension Flag {
  /// Changes the options as the flag does.
  ///
  /// - Parameter text: the value; empty for a switch.
  func apply(_ text: String, to options: inout Options) throws(Diagnostic) {
    switch effect {
    case .turns(let turn): turn(&options)
    case .sets(_, let allowsEmpty, let set):
      try set(&options, text)
      if text.isEmpty, !allowsEmpty { throw Diagnostic("--\(name) needs a value") }
    }
  }
}

/// The kind of a flag's value, for completions.
enum ValueKind: Equatable, Sendable {
  case file
  case directory
  case choice([String])
  case number
  case query
  /// A text that no shell can complete.
  case text

  /// The kinds, by the name of the value in the help.
  static let all: [String: ValueKind] = [
    "FILE": .file, "DIR": .directory, "MAJOR|BINDIR": .directory, "N": .number, "QUERY": .query, "CONNINFO": .text,
    "I/N": .text, "NAME": .text, "PREFIX": .text, "REV": .text, "SQL": .text, "VALUES": .text,
    "KINDS": .choice(SeedReach.Kind.allCases.map(\.rawValue)),
    "WHEN": .choice(ColorChoice.allCases.map(\.rawValue)),
  ]
}

extension Flag {
  /// The name of the value in the help; nil for a switch.
  var value: String? {
    switch effect {
    case .turns: nil
    case .sets(let value, _, _): value
    }
  }

  /// Nil for a switch.
  var kind: ValueKind? { value.map { ValueKind.all[$0] ?? .text } }

  /// The spellings on the command line: `-q` and `--quiet`.
  var spellings: [String] { (letter.map { ["-\($0)"] } ?? []) + ["--\(name)"] }

  /// `-q, --quiet`, `    --manifest FILE`.
  var label: String {
    (letter.map { "-\($0), " } ?? "    ") + "--\(name)" + (value.map { " \($0)" } ?? "")
  }
}
