/// The reach of one psql script, as far as its text shows it.
struct ReachScan {
  /// The way psql reads the text, which depends on what it did before.
  struct Mode: Equatable {
    /// Whether data follow a `COPY … FROM STDIN`.
    var copyHasData = true
    /// Whether backslashes are escapes in all strings (`standard_conforming_strings = off`).
    var escapes = false
  }

  /// A script that it runs.
  struct Include: Equatable {
    let line: Int
    /// The command as it is written.
    let what: String
    let path: String
    /// Whether the path is relative to the file; otherwise it is relative to psql's working directory.
    let isRelativeToFile: Bool
  }

  private(set) var reaches: [SeedReach] = []
  private(set) var includes: [Include] = []
  private(set) var mayLackData = false
  private(set) var mayEscape = false

  init(_ bytes: UnsafeRawBufferPointer, _ mode: Mode = Mode()) {
    let findings = ReachFindings(mode)
    var reader = ReachReader(SQLLexer(script: bytes), lines: LineCounter(), .script, findings)
    reader.run()
    findings.endStatement()
    (reaches, includes) = (findings.reaches, findings.includes)
    (mayLackData, mayEscape) = (findings.mayLackData, findings.mayEscape)
  }

  init(_ text: String, _ mode: Mode = Mode()) {
    var text = text
    self = text.withUTF8 { ReachScan(UnsafeRawBufferPointer($0), mode) }
  }
}

/// The findings of a script's readers: the one of the script itself, and those of the texts in it that may be run.
final class ReachFindings {
  let mode: ReachScan.Mode
  private(set) var reaches: [SeedReach] = []
  private var known: Set<SeedReach> = []
  var includes: [ReachScan.Include] = []
  var mayLackData = false
  var mayEscape = false
  /// The parts of the statement that psql would send as one, including those in texts.
  private var parts: [ReachStatement] = []
  /// Whether the statement asks for the name of the database that it runs in.
  var asksForDatabase = false
  /// Whether a psql variable may hold that name.
  var keepsDatabaseName = false
  /// Whether the script itself sets psql's own variable for it.
  var hidesDatabaseName = false
  /// Whether psql may have left its initial directory.
  var changesDirectory = false

  init(_ mode: ReachScan.Mode) { self.mode = mode }

  func add(_ statement: ReachStatement) {
    if statement.isEmpty { return }
    parts.append(statement)
  }

  func add(_ reach: SeedReach) { if known.insert(reach).inserted { reaches.append(reach) } }

  /// Ends the current statement of the script.
  func endStatement() {
    for part in parts { for reach in part.reaches(asksForDatabase: asksForDatabase) { add(reach) } }
    parts.removeAll(keepingCapacity: true)
    asksForDatabase = keepsDatabaseName
  }
}
