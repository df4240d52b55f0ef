import OperatingSystem
import Reporting

/// What an SQL file of the seed depends on besides its own bytes, as far as its text says.
///
/// Whatever is not understood to the end is an obstacle, since a state of the database that depends on something unseen
/// must not be kept.
struct SeedScan: Equatable, Sendable {
  /// A file that it reads.
  struct Include: Equatable, Sendable {
    let path: String
    /// Relative to the including file; else to where psql runs.
    let isRelativeToFile: Bool
    /// Whether psql runs it, so that it can read files in its turn.
    let isScript: Bool
  }

  var includes: [Include] = []
  /// Whether rows may hold the time at which they were made.
  var readsClock = false
  /// Whether what an archive defines reads the clock: defaults and triggers, which count once a later step writes rows.
  var definesClock = false
  /// Why its result may depend on something that cannot be seen, nil where it does not.
  var obstacle: String?
  /// psql's variables whose text becomes part of a statement.
  var insertedVariables: Set<String> = []
  /// Those of them whose text becomes part of a longer word.
  var joinedVariables: Set<String> = []
  /// psql's variables that are set.
  var setVariables: Set<String> = []
  /// Those of them that are set to more than one plain word.
  var unreadVariables: Set<String> = []
  /// Whether results of queries become variables, whose names and texts are not known.
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

  /// Scans what an archive defines, as pg_restore writes it. Its rows have the time at which they were dumped.
  init(archive schema: String) {
    self.init(schema)
    definesClock = readsClock
    // Its rows are made when it is restored.
    readsClock = readsClock && schema.contains("CREATE MATERIALIZED VIEW")
  }

  /// Scans rows for COPY.
  init(rows: UnsafeRawBufferPointer) { readsClock = DataScan.readsClock(rows[...]) }

  private init(_ bytes: UnsafeRawBufferPointer, as kind: SeedScanner.Kind) {
    let lexer = kind == .script ? SQLLexer(script: bytes) : SQLLexer(bytes, isScript: false)
    var scanner = SeedScanner(lexer, kind)
    scanner.run()
    self = scanner.result
    // psql reads no line beyond it, and so other quotes than the scanner.
    if kind == .script, bytes.contains(0) { prevent("it holds NUL characters") }
  }

  /// The first reason counts. It may quote the text.
  mutating func prevent(_ reason: String) { obstacle = obstacle ?? reason.visible }

  /// Takes in what a part of the text, or an included file, depends on.
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

  /// Why the variables of a whole run of psql make statements that are not in any text; nil where they do not.
  var variableObstacle: String? {
    // One that is never set stays as it is: in `a[1:n]` it is no variable.
    let unread =
      storesResults
      ? insertedVariables
      : insertedVariables.intersection(unreadVariables).union(joinedVariables.intersection(setVariables))
    return unread.min().map { "it puts the value of :\($0) into a statement" }
  }

  static let unseenName = "it reads a file whose name is not in its text"
}
