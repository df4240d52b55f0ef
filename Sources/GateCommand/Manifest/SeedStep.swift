import Reporting

/// One step of the seed, in the order of the manifest, or one of its migrations.
struct SeedStep: Equatable, Sendable {
  /// What the step runs.
  enum Source: Equatable, Sendable {
    /// An SQL file for psql, as the user would name it from the current directory.
    case script(String)
    /// A pg_dump archive, for pg_restore: a file of its custom or tar format, or a directory.
    case archive(String)
    /// A compressed file, or a tar file of a directory, whose content decides who reads it.
    case compressed(String)
    /// A CSV file and its table.
    case rows(RowsFile)
    /// A shell command and the files that its result depends on. Without them, it is unknown when it must run again.
    case command(String, inputs: [String])
    /// A file of `migrations:`.
    case migration(MigrationFile)
  }

  /// Whether plangate puts a transaction around a file.
  enum TransactionMode: String, CaseIterable, Sendable {
    case yes = "true"
    /// psql commits each statement, and the file's own BEGIN and COMMIT count.
    case no = "false"
    /// One transaction, unless the file controls it itself or holds a statement that refuses one.
    case auto
  }

  var source: Source
  /// How people call the step (`name:`); nil for its file or command.
  var name: String?
  var transaction = TransactionMode.no
  /// Whether the server listens on TCP for a command.
  var usesTCP = false
  /// Whether the author says that no query depends on the time at which the step made its rows (`clock: ignore`).
  var ignoresClock = false

  static func script(_ path: String) -> SeedStep { SeedStep(source: .script(path)) }
  static func archive(_ path: String) -> SeedStep { SeedStep(source: .archive(path)) }
  static func compressed(_ path: String) -> SeedStep { SeedStep(source: .compressed(path)) }
  static func rows(_ rows: RowsFile) -> SeedStep { SeedStep(source: .rows(rows)) }
  static func migration(_ file: MigrationFile) -> SeedStep { SeedStep(source: .migration(file)) }
  static func command(_ text: String, inputs: [String]) -> SeedStep {
    SeedStep(source: .command(text, inputs: inputs))
  }
}

extension SeedStep {
  /// The file whose SQL the step runs, as the user would name it.
  var sqlFile: String? {
    switch source {
    case .script(let path): path
    case .migration(let file): file.path
    case .archive, .compressed, .rows, .command: nil
    }
  }

  /// The step on one line: its name, its path, or a command's first telling line.
  var description: String {
    if let name { return name.visible }
    switch source {
    case .script(let path), .archive(let path), .compressed(let path): return path.visible
    case .rows(let rows): return rows.path.visible
    case .migration(let file): return file.path.visible
    case .command(let text, _): return ShellCommand(text).title
    }
  }

  /// The subject of an error: `the seed`, or the step if it has a name.
  var subject: String { name.map { "the seed step '\($0.visible)'" } ?? "the seed" }
}

extension Manifest {
  /// Takes the time at which steps make rows as irrelevant to all queries.
  mutating func ignoreClock() {
    for index in seed.indices { seed[index].ignoresClock = true }
    for index in migrations.indices { migrations[index].ignoresClock = true }
  }
}
