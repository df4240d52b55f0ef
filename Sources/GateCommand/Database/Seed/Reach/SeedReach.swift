/// An effect of an SQL seed outside its database, as far as its text shows it.
///
/// On a given server, plangate does not allow it by itself.
struct SeedReach: Hashable, Sendable {
  /// The line, from 1.
  let line: Int
  let kind: Kind
  /// The words in the script, such as `ALTER SYSTEM` or `\connect`.
  let what: String

  /// The kinds that can be allowed by name (`--allow-seed`).
  enum Kind: String, CaseIterable, Sendable {
    case connect
    case alterSystem = "alter-system"
    case alterRole = "alter-role"
    case dropRole = "drop-role"
    case database, tablespace, remote, replication
    case serverFiles = "server-files"
    case serverFunctions = "server-functions"
    case catalog, include

    /// The problem, to follow the name of the effect.
    var reason: String {
      switch self {
      case .connect: "leaves plangate's own database"
      case .alterSystem: "changes the configuration of the whole server"
      case .alterRole: "changes a role, which all databases of the server share"
      case .dropRole: "removes a role or its privileges, which all databases of the server share"
      case .database: "affects a database other than plangate's own"
      case .tablespace: "affects a tablespace, which all databases of the server share"
      case .remote: "connects to other databases"
      case .replication: "sets up replication, which reaches beyond plangate's own database"
      case .serverFiles: "writes files or runs programs on the server's machine"
      case .serverFunctions: "acts on the whole server"
      case .catalog: "changes a catalog that all databases of the server share"
      case .include: "reads a script whose name is unknown before it runs"
      }
    }

    /// The alternative to allowing it.
    var advice: String {
      switch self {
      case .connect, .database: "remove it (a dump made without --create does not have it)"
      case .alterRole: "name the role in 'roles:' and set it up once on the server"
      case .include: "write out the name of the script"
      default: "remove it"
      }
    }
  }
}

extension SeedReach {
  /// Throws if scripts of the seed do what they may not, as far as they can be read before anything runs.
  static func check(
    _ steps: [SeedStep], in directory: String, allowing allowed: Set<Kind>
  ) throws(Diagnostic) {
    var all: [Diagnostic] = []
    for step in steps {
      guard let path = step.sqlFile else { continue }
      var isOriginal = false
      if case .script = step.source { isOriginal = true }
      if let found = diagnostic(
        of: path, isOriginal: isOriginal, directory: directory, allowing: allowed, isComplete: false)
      {
        all += [found] + found.others
      }
    }
    guard var first = all.first else { return }
    first.others = Array(all.dropFirst())
    throw first
  }

  /// The effects of a script step's files outside the database, including files that `\i` and similar commands include.
  ///
  /// - Parameters:
  ///   - path: the path of the script, as a user would name it.
  ///   - file: the file that holds its text, if that is a copy.
  ///   - isOriginal: whether plangate leaves out parts of the file before it runs, if it is a dump.
  ///   - directory: the directory in which psql runs.
  ///   - isComplete: whether all files must exist; an earlier step may still have to write them.
  /// - Returns: nil when nothing is wrong; otherwise an error that holds all others.
  static func diagnostic(
    of path: String, readFrom file: String? = nil, isOriginal: Bool = false, directory: String,
    allowing allowed: Set<Kind>, isComplete: Bool
  ) -> Diagnostic? {
    var files = SeedFiles(directory: directory)
    files.add(path, readFrom: file, isOriginal: isOriginal, isComplete: isComplete)
    // psql's lexer depends on earlier settings; if a file may change them, it is read in each way.
    var found = files.reaches(.init())
    if files.mayLackData { found += files.reaches(.init(copyHasData: false)) }
    if files.mayEscape { found += files.reaches(.init(escapes: true)) }
    var all: [Diagnostic] = []
    var known: [String: Set<SeedReach>] = [:]
    for (file, reach) in found where !allowed.contains(reach.kind) {
      guard known[file, default: []].insert(reach).inserted else { continue }
      all.append(
        Diagnostic(
          "\(reach.what) \(reach.kind.reason); on a given server (--server) a seed may not do that\n"
            + "\(reach.kind.advice), or allow it: --allow-seed \(reach.kind.rawValue)", file: file, line: reach.line))
    }
    guard var first = all.first else { return nil }
    first.others = Array(all.dropFirst())
    return first
  }
}
