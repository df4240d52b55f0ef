/// What an SQL seed does outside the database that it is for, as far as its text tells. On a given server that is not
/// plangate's to allow.
struct SeedReach: Hashable, Sendable {
  /// From 1.
  let line: Int
  let kind: Kind
  /// What stands there: `ALTER SYSTEM`, `\connect`.
  let what: String

  /// What can be allowed by name (`--allow-seed`).
  enum Kind: String, CaseIterable, Sendable {
    case connect
    case alterSystem = "alter-system"
    case alterRole = "alter-role"
    case dropRole = "drop-role"
    case database, tablespace, remote, replication
    case serverFiles = "server-files"
    case serverFunctions = "server-functions"
    case catalog, include

    /// What is wrong with it, after its name.
    var reason: String {
      switch self {
      case .connect: "leaves plangate's own database"
      case .alterSystem: "changes the configuration of the whole server"
      case .alterRole: "changes a role, which all databases of the server share"
      case .dropRole: "takes away a role or what it has, which all databases of the server share"
      case .database: "concerns a database other than plangate's own"
      case .tablespace: "concerns a tablespace, which all databases of the server share"
      case .remote: "leads to other databases"
      case .replication: "sets up replication, which reaches beyond plangate's own database"
      case .serverFiles: "writes files or runs programs on the server's machine"
      case .serverFunctions: "acts on the whole server"
      case .catalog: "changes a catalog that all databases of the server share"
      case .include: "reads a script whose text is not known before it runs"
      }
    }

    /// What else can be done about it.
    var advice: String {
      switch self {
      case .connect, .database: "remove it (a dump made without --create has none)"
      case .alterRole: "name the role in 'roles:', and set it up on the server once"
      case .include: "name the script as it is"
      default: "remove it"
      }
    }
  }
}

extension SeedReach {
  /// Throws when scripts of the seed do what they may not, as far as they can be read before anything runs.
  static func check(
    _ steps: [SeedStep], in directory: String, allowing allowed: Set<Kind>
  ) throws(Diagnostic) {
    var all: [Diagnostic] = []
    for case .script(let path) in steps {
      if let found = diagnostic(of: path, directory: directory, allowing: allowed, isComplete: false) {
        all += [found] + found.others
      }
    }
    guard var first = all.first else { return }
    first.others = Array(all.dropFirst())
    throw first
  }

  /// What the files of a script step do outside the database: psql's `\i` and its like are followed.
  ///
  /// - Parameters:
  ///   - path: of the script, as a user would name it.
  ///   - directory: where psql runs.
  ///   - isComplete: whether all files must be there; an earlier step may still have to write them.
  /// - Returns: nothing when nothing is wrong; else an error that holds all others.
  static func diagnostic(
    of path: String, directory: String, allowing allowed: Set<Kind>, isComplete: Bool
  ) -> Diagnostic? {
    var files = SeedFiles(directory: directory)
    files.add(path, isComplete: isComplete)
    // psql lexes by what it was told before; where a file tells it something, it is read in each way.
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
