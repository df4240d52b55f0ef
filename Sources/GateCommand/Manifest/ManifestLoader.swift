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
    let hint = "plangate init writes a first one; --manifest FILE names another"
    return try read(readFile(path, "the manifest", hint: hint), of: path, today: today)
  }

  /// Reads a manifest that need not be in its place yet.
  ///
  /// - Parameter path: the place of the manifest, which its paths are relative to.
  static func read(_ bytes: [UInt8], of path: String, today: Day) throws(Diagnostic) -> Manifest {
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
    "timeout", "statistics", "timing", "seed-user", "clock",
  ]

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
    let steps = SeedStepReader(source: source, directory: directory)
    let seed = mistakes.attempt { () throws(Diagnostic) in try steps.seed(fields) }
    let migrations =
      mistakes.attempt { () throws(Diagnostic) in
        try fields["migrations"].map(steps.migrations)
      } ?? nil
    let roles = mistakes.attempt { () throws(Diagnostic) in try self.roles(fields) }
    let queries = mistakes.attempt { () throws(Diagnostic) in
      try QueryReader(source: source, directory: directory, today: today, defaults: defaults)
        .queries(try fields.required("queries", of: "the manifest"))
    }
    var manifest = Manifest(
      path: source.file, directory: directory,
      configuration: ServerConfiguration(
        locale: text("locale") ?? "C.UTF-8", encoding: text("encoding") ?? "UTF8", timeZone: text("timezone") ?? "UTC",
        settings: settings ?? [:]),
      namesLocale: fields["locale"] != nil,
      seed: seed?.steps ?? [], reordered: seed?.reordered ?? [], migrations: migrations ?? [],
      migrationRules: migrationRules ?? [:],
      seedsAsRoot: choice("seed-user", ["server", "root"]) == "root",
      roles: roles ?? [], findsRoles: fields["roles"]?.scalarText == "auto",
      queries: queries ?? [],
      wholeStatistics: choice("statistics", ["whole", "sampled"]) != "sampled",
      baselines: joined(directory, text("baselines") ?? "../baselines"),
      positions: positions(fields))
    if choice("clock", ["ignore"]) != nil { manifest.ignoreClock() }
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
}
