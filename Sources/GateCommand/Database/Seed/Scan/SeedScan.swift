import OperatingSystem
import Reporting

/// The dependencies of an SQL seed file other than its own bytes, as far as its text shows them.
///
/// Anything that is not fully understood is an obstacle, since a state of the database that depends on something unseen
/// must not be kept.
struct SeedScan: Equatable, Sendable {
  /// A file that it reads.
  struct Include: Equatable, Sendable {
    let path: String
    /// Whether the path is relative to the including file; otherwise it is relative to psql's working directory.
    let isRelativeToFile: Bool
    /// Whether psql runs it, so that it can read further files.
    let isScript: Bool
  }

  var includes: [Include] = []
  /// Whether rows may hold the time at which they were made.
  var readsClock = false
  /// Whether an archive's definitions (defaults and triggers) read the clock, which matters once a later step writes
  /// rows.
  var definesClock = false
  /// The reason its result may depend on something that cannot be seen; nil if there is none.
  var obstacle: String?
  /// The psql variables whose text becomes part of a statement.
  var insertedVariables: Set<String> = []
  /// Those of them whose text becomes part of a longer word.
  var joinedVariables: Set<String> = []
  /// The psql variables that are set.
  var setVariables: Set<String> = []
  /// Those of them that are set to more than one plain word.
  var unreadVariables: Set<String> = []
  /// Whether results of queries become variables with unknown names and texts.
  var storesResults = false

  init() {}

  /// Scans a file for psql.
  init(_ text: String) { self.init(text, as: .script) }

  /// Scans a file for psql.
  init(_ bytes: UnsafeRawBufferPointer) { self.init(bytes, as: .script) }

  init(_ text: String, as kind: SeedScanner.Kind) {
    var text = text
    self = text.withUTF8 { SeedScan(UnsafeRawBufferPointer($0), as: kind) }
  }

  /// Scans the definitions of an archive, as pg_restore writes them.
  ///
  /// Its rows contain the time at which they were dumped.
  init(archive schema: String) {
    self.init(schema)
    definesClock = readsClock
    // The rows of a materialized view are made when it is restored.
    readsClock = readsClock && schema.contains("CREATE MATERIALIZED VIEW")
  }

  /// Scans rows for COPY.
  init(rows: UnsafeRawBufferPointer) { readsClock = DataScan.readsClock(rows[...]) }

  private init(_ bytes: UnsafeRawBufferPointer, as kind: SeedScanner.Kind) {
    let lexer = kind == .script ? SQLLexer(script: bytes) : SQLLexer(bytes, isScript: false)
    var scanner = SeedScanner(lexer, kind)
    scanner.run()
    self = scanner.result
    // psql ignores the rest of a line after a NUL, and so sees other quotes than the scanner.
    if kind == .script, bytes.contains(0) { prevent("it holds NUL characters") }
  }

  /// Sets the obstacle, unless there is one already.
  ///
  /// The reason may quote the text.
  mutating func prevent(_ reason: String) { obstacle = obstacle ?? reason.visible }

  /// Adds the dependencies of a part of the text, or of an included file.
  mutating func add(_ part: SeedScan) {
    for include in part.includes where !includes.contains(include) { includes.append(include) }
    readsClock = readsClock || part.readsClock
    definesClock = definesClock || part.definesClock
    if let reason = part.obstacle { prevent(reason) }
    insertedVariables.formUnion(part.insertedVariables)
    joinedVariables.formUnion(part.joinedVariables)
    setVariables.formUnion(part.setVariables)
    unreadVariables.formUnion(part.unreadVariables)
    storesResults = storesResults || part.storesResults
  }

  /// The reason that the variables of a whole psql run form statements not present in any text; nil if there is none.
  var variableObstacle: String? {
    // A variable that is never set is left as it is: `a[1:n]` contains none.
    let unread =
      storesResults
      ? insertedVariables
      : insertedVariables.intersection(unreadVariables).union(joinedVariables.intersection(setVariables))
    return unread.min().map { "it puts the value of :\($0) into a statement" }
  }

  static let unseenName = "it reads a file whose name is not in its text"
}
