import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres
import YAML

extension Manifest {
  /// Reads a manifest and the query files that it names, and reports every error that can be found without a server.
  ///
  /// - Parameter today: the day in UTC, for waivers.
  static func load(_ path: String, today: Day) throws(Diagnostic) -> Manifest {
    try load(path, bytes: readFile(path, "the manifest", hint: "name another with --manifest FILE"), today: today)
  }

  /// The same, for a text that the file has or would have.
  static func load(_ path: String, bytes: [UInt8], today: Day) throws(Diagnostic) -> Manifest {
    let text = String(decoding: bytes, as: UTF8.self)
    let root: YAMLNode
    do { root = try YAMLParser.parse(bytes) } catch {
      throw Diagnostic(error.message, file: path, mark: error.mark, source: text)
    }
    let loader = ManifestLoader(
      source: ManifestSource(file: path, text: text), directory: parentDirectory(of: path), today: today)
    var manifest = try loader.manifest(root)
    manifest.fingerprint = PlanCore.fingerprint(text)
    return manifest
  }
}

/// The bytes of a file, or an error that says what the file is for.
func readFile(_ path: String, _ what: String, hint: String? = nil) throws(Diagnostic) -> [UInt8] {
  do { return try readBytes(path) } catch {
    let exists = FileManager.default.fileExists(atPath: path)
    let reason = exists ? error.reason : "no such file"
    throw Diagnostic("cannot read \(what): \(reason)" + (exists ? "" : hint.map { "\n\($0)" } ?? ""), file: path)
  }
}

struct ManifestLoader {
  let source: ManifestSource
  let directory: String
  let today: Day

  static let keys = [
    "version", "locale", "timezone", "encoding", "seed", "migrations", "roles", "settings", "rules", "queries",
    "baselines",
    "timeout", "statistics", "timing", "seed-user",
  ]

  static let stepKeys = ["run", "inputs"]
  static let rowsKeys = ["csv", "table", "header", "delimiter"]

  func manifest(_ root: YAMLNode) throws(Diagnostic) -> Manifest {
    var mistakes = Mistakes()
    let fields = try source.mapping(root, "the manifest", keys: ManifestLoader.keys, &mistakes)
    // A manifest of another version may have other keys, so the version is checked first.
    let version = try fields.required("version", of: "the manifest")
    guard try source.text(version, "'version'") == "1" else {
      throw source.error("this plangate reads manifests of version 1", at: version)
    }
    let settings =
      mistakes.attempt { () throws(Diagnostic) in
        try fields["settings"].map { node throws(Diagnostic) in try source.settings(node, isSession: false) }
      } ?? nil
    let rules = mistakes.attempt { () throws(Diagnostic) in
      try RuleReader(source: source).settings(fields["rules"], over: [:], beside: MigrationRule.all.map(\.id))
    }
    let migrationRules = mistakes.attempt { () throws(Diagnostic) in
      try RuleReader(source: source).migrationSettings(fields["rules"])
    }
    let timeout =
      mistakes.attempt { () throws(Diagnostic) in
        try fields["timeout"].map { node throws(Diagnostic) in try source.timeout(node) }
      } ?? nil
    func text(_ key: String) -> String? {
      mistakes.attempt { () throws(Diagnostic) in
        let text = try fields.text(key)
        // An empty locale would be the environment's.
        if text == "", let node = fields[key] { throw source.error("'\(key)' is empty", at: node) }
        return text
      } ?? nil
    }
    func choice(_ key: String, _ words: [String]) -> String? {
      mistakes.attempt { () throws(Diagnostic) in try source.choice(fields[key], key, words) } ?? nil
    }
    let defaults = QueryDefaults(
      rules: rules ?? [:], timeout: timeout ?? 30_000, measuresTime: choice("timing", ["true", "false"]) == "true")
    let seed = mistakes.attempt { () throws(Diagnostic) in try self.seed(fields) }
    let migrations =
      mistakes.attempt { () throws(Diagnostic) in
        try fields["migrations"].map { node throws(Diagnostic) in
          try MigrationReader(source: source, directory: directory).migrations(node) { node throws(Diagnostic) in
            try files(node, allowsDirectories: true)
          }
        }
      } ?? nil
    let roles = mistakes.attempt { () throws(Diagnostic) in try self.roles(fields) }
    let queries = mistakes.attempt { () throws(Diagnostic) in
      try QueryReader(source: source, directory: directory, today: today, defaults: defaults)
        .queries(try fields.required("queries", of: "the manifest"))
    }
    let manifest = Manifest(
      path: source.file, directory: directory,
      configuration: ServerConfiguration(
        locale: text("locale") ?? "C.UTF-8", encoding: text("encoding") ?? "UTF8", timeZone: text("timezone") ?? "UTC",
        settings: settings ?? [:]),
      namesLocale: fields["locale"] != nil,
      seed: seed ?? [], migrations: migrations ?? [], migrationRules: migrationRules ?? [:],
      seedsAsRoot: choice("seed-user", ["server", "root"]) == "root",
      roles: roles ?? [], findsRoles: fields["roles"]?.scalarText == "auto",
      queries: queries ?? [],
      wholeStatistics: choice("statistics", ["whole", "sampled"]) != "sampled",
      baselines: joined(directory, text("baselines") ?? "../baselines"),
      positions: positions(fields))
    try mistakes.check()
    return manifest
  }

  // MARK: The server

  /// The positions of what the manifest asks of the server.
  private func positions(_ fields: ManifestFields) -> [ServerWish: ManifestPosition] {
    var marks: [(ServerWish, YAMLMark?)] = [
      (.locale, fields["locale"]?.mark), (.encoding, fields["encoding"]?.mark), (.timeZone, fields["timezone"]?.mark),
      (.settings, fields["settings"]?.mark),
    ]
    for entry in fields["settings"]?.mapping ?? [] {
      marks.append((.setting(entry.key.scalarText?.lowercased() ?? ""), entry.key.mark))
    }
    for node in fields["roles"]?.sequence ?? [] { marks.append((.role(node.scalarText ?? ""), node.mark)) }
    let positions = marks.compactMap { wish, mark in mark.map { (wish, ManifestPosition($0, in: source)) } }
    return Dictionary(positions) { first, _ in first }
  }

  private func roles(_ fields: ManifestFields) throws(Diagnostic) -> [String] {
    var roles: [String] = []
    if fields["roles"]?.scalarText == "auto" { return [] }
    for node in try fields.sequence("roles") {
      let role = try source.role(node, "a role")
      if ["public", "none"].contains(role) {
        throw source.error("'\(role)' cannot be the name of a role: it has another meaning in PostgreSQL", at: node)
      }
      if roles.contains(role) { throw source.error("the role '\(role)' appears twice", at: node) }
      roles.append(role)
    }
    return roles
  }

  // MARK: The seed

  private func seed(_ fields: ManifestFields) throws(Diagnostic) -> [SeedStep] {
    var mistakes = Mistakes()
    var steps: [SeedStep] = []
    for node in try fields.sequence("seed") {
      steps += mistakes.attempt { () throws(Diagnostic) in try self.steps(node) } ?? []
    }
    try mistakes.check()
    return steps
  }

  private func steps(_ node: YAMLNode) throws(Diagnostic) -> [SeedStep] {
    guard node.mapping != nil else {
      let files = try files(node, allowsDumps: true)
      for file in files where file.hasSuffix(".sql") { try source.refuseMigration(file, at: node) }
      var steps: [SeedStep] = []
      for file in files { steps.append(try step(file, at: node)) }
      return steps
    }
    if node["csv"] != nil { return try rows(node) }
    let step = try source.mapping(node, "a seed step", keys: ManifestLoader.stepKeys)
    var inputs: [String] = []
    for node in try step.sequence("inputs") { inputs += try self.files(node, allowsDirectories: true) }
    return [.command(try source.text(try step.required("run", of: "a seed step"), "'run'"), inputs: inputs)]
  }

  /// The step for a file, as its content demands.
  private func step(_ file: String, at node: YAMLNode) throws(Diagnostic) -> SeedStep {
    let format = SeedFormat(of: file)
    if let problem = format.problem(file) { throw problem }
    switch format {
    case .archive: return .archive(file)
    case .compressed, .tar: return .compressed(file)
    case .script, .utf16: break
    }
    let name = file.lowercased()
    var isEmpty = false
    if let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int { isEmpty = size == 0 }
    if !isEmpty, name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
      throw source.error(
        "\(file) is a CSV file; name its table: {csv: \(relativePath(file, to: directory)), table: …}", at: node)
    }
    // pg_restore reports an empty archive.
    return isEmpty && name.hasSuffix(".dump") ? .archive(file) : .script(file)
  }

  /// CSV files and the table that their rows go into.
  private func rows(_ node: YAMLNode) throws(Diagnostic) -> [SeedStep] {
    let step = try source.mapping(node, "a CSV step", keys: ManifestLoader.rowsKeys)
    let table = try source.text(try step.required("table", of: "a CSV step"), "'table'")
    if let place = step["table"], table.contains(where: \.isNewline) || table.allSatisfy(\.isWhitespace) {
      throw source.error("'table' must be the name of a table", at: place)
    }
    let header = try source.choice(step["header"], "header", ["true", "false", "auto"])
    let delimiter = try step.text("delimiter") ?? ","
    if let place = step["delimiter"], delimiter.utf8.count != 1 || delimiter.contains(where: \.isNewline) {
      throw source.error("'delimiter' must be one character", at: place)
    }
    return try files(try step.required("csv", of: "a CSV step")).map { file in
      .rows(
        RowsFile(
          path: file, table: table, hasHeader: header == nil || header == "auto" ? nil : header == "true",
          delimiter: delimiter))
    }
  }

  /// The files that a path of the seed names, sorted by name.
  ///
  /// - Parameters:
  ///   - allowsDirectories: whether a directory stands for all files in it.
  ///   - allowsDumps: whether a directory that pg_dump made stands for itself.
  private func files(
    _ node: YAMLNode, allowsDirectories: Bool = false, allowsDumps: Bool = false
  ) throws(Diagnostic) -> [String] {
    let pattern = try source.text(node, "a seed step")
    let path = joined(directory, pattern)
    guard FilePattern.isPattern(pattern) else {
      var isDirectory = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw source.error("no such file: \(path)", at: node)
      }
      if isDirectory, allowsDumps, SeedFormat.isDirectoryDump(path) { return [path] }
      if isDirectory, allowsDirectories { return try source.regularFiles(FilePattern.files(in: path), at: node) }
      if isDirectory { throw source.error("\(path) is a directory; name its files: \(pattern)/*.sql", at: node) }
      return try source.regularFiles([path], at: node)
    }
    var files: [String] = []
    var dumps: Set<String> = []
    for path in FilePattern.matches(pattern, in: directory) {
      if allowsDumps, SeedFormat.isDirectoryDump(path) {
        files.append(path)
        dumps.insert(path)
      } else if FilePattern.isDirectory(path) {
        guard allowsDirectories else {
          throw source.error("\(path) is a directory; a pattern such as *.sql leaves it out", at: node)
        }
        files += FilePattern.files(in: path)
      } else {
        files.append(path)
      }
    }
    if files.isEmpty { throw source.error("no file matches \(path)", at: node) }
    _ = try source.regularFiles(files.filter { !dumps.contains($0) }, at: node)
    return files
  }
}
