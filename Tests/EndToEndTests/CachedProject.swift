import Foundation
import TestSupport
import Testing

/// A project of five small seed files, with its own cache.
struct CachedProject {
  let files: Project

  /// - Parameter more: files in addition to its own, or replacing them.
  init(_ more: [String: String] = [:]) throws {
    files = try Project(Self.files.merging(Self.baselines.get()) { $1 }.merging(more) { $1 })
  }

  /// The default directory of its cache.
  var cache: String { files.directory + "/cache" }

  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningProgram {
    try files.start(arguments, environment: ["PLANGATE_CACHE_DIR": cache].merging(environment) { $1 })
  }

  func plangate(_ arguments: String..., environment: [String: String] = [:]) throws -> ProgramRun {
    try start(arguments, environment: environment).end()
  }

  /// Runs `plangate check` so that it prints its steps and writes a report.
  func check(_ arguments: String..., environment: [String: String] = [:]) throws -> ProgramRun {
    try start(["check", "-v", "--json", "report.json"] + arguments, environment: environment).end()
  }

  /// The JSON report without the parts that differ from run to run.
  func report() throws -> String {
    try files.read("report.json").split(separator: "\n").filter { !$0.contains("\"seconds\":") }
      .joined(separator: "\n")
  }

  // MARK: The cache

  func entries() throws -> [String] { try names(in: "entries") }
  func unfinished() throws -> [String] { try names(in: "unfinished") }

  private func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(cache)/1/\(folder)").sorted()
  }

  /// The entries of a kind: `initialised`, `seeding`, `seeded`.
  func entries(of kind: String) throws -> [String] {
    try entries().filter { try files.read("cache/1/entries/\($0)/entry").contains("\nkind \(kind)\n") }
  }

  /// All files of all entries with their size, modification time and checksum.
  func checksums() throws -> String {
    let run = try RunningProgram(
      [
        "/bin/sh", "-c",
        "find . -type f -printf '%p %s %T@\\n' | LC_ALL=C sort; find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum",
      ], in: "\(cache)/1/entries", environment: plainEnvironment()
    ).end()
    guard run.status == 0, run.stdout.count > 1000 else { throw TestFailure("no checksums\n\(run)") }
    return run.stdout
  }

  // MARK: The files

  /// The text of a baseline as it was recorded.
  static func recorded(_ path: String) throws -> String { try baselines.get()[path] ?? "" }

  /// Baselines of 50 rows, so that the changes of these tests are too small for any rule to fire.
  private static let baselines = Result { () throws -> [String: String] in
    let project = try Project(files)
    let run = try project.plangate("record")
    guard run.status == 0 else { throw TestFailure("the project cannot be recorded\n\(run)") }
    let texts = try project.contents(of: "baselines")
    return Dictionary(uniqueKeysWithValues: texts.map { ("baselines/\($0)", $1) })
  }

  private static let files = {
    var texts = [
      "queries/manifest.yml": """
      version: 1
      seed:
        - ../seed/*.sql
      settings:
        random_page_cost: 1.1
      queries:
        - name: items
          sql: SELECT id FROM items
        - name: add
          sql: INSERT INTO items VALUES ($1)
          params: [1]

      """
    ]
    for number in 1...5 {
      let table = number == 1 ? "CREATE TABLE items (id integer);\n" : ""
      texts["seed/\(number).sql"] = table + "INSERT INTO items SELECT generate_series(1, 10);\n"
    }
    return texts
  }()
}
