import FoundationEssentials
import PlanCore
import Postgres
import YAML

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Manifest {
  /// Reads a manifest and the query files that it names. All that can be wrong without a server is found here.
  ///
  /// - Parameter today: as `2026-11-21`, for waivers.
  static func load(_ path: String, today: String) throws(Diagnostic) -> Manifest {
    let bytes = try readFile(path, "the manifest", hint: "name another with --manifest FILE")
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

/// The bytes of a file, or an error that says what the file was for.
func readFile(_ path: String, _ what: String, hint: String? = nil) throws(Diagnostic) -> [UInt8] {
  do {
    return Array(try Data(contentsOf: URL(filePath: path)))
  } catch {
    var isDirectory = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    let reason = isDirectory ? "it is a directory" : exists ? "permission denied" : "no such file"
    throw Diagnostic("cannot read \(what): \(reason)" + (exists ? "" : hint.map { "\n\($0)" } ?? ""), file: path)
  }
}

func parentDirectory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// A path of the manifest as the user would name it from here: `queries` and `../seed/a.sql` make `seed/a.sql`.
func joined(_ directory: String, _ path: String) -> String {
  if path.hasPrefix("/") { return path }
  let isAbsolute = directory.hasPrefix("/")
  var parts = directory.split(separator: "/").filter { $0 != "." }
  for part in path.split(separator: "/") where part != "." {
    if part == "..", let last = parts.last, last != ".." {
      parts.removeLast()
    } else if part != ".." || !isAbsolute || !parts.isEmpty {
      parts.append(part)
    }
  }
  if isAbsolute { return "/" + parts.joined(separator: "/") }
  return parts.isEmpty ? "." : parts.joined(separator: "/")
}

struct ManifestLoader {
  let source: ManifestSource
  let directory: String
  let today: String

  static let keys = [
    "version", "locale", "timezone", "encoding", "seed", "roles", "settings", "rules", "queries", "baselines",
    "timeout", "statistics", "timing", "seed-user",
  ]

  static let stepKeys = ["run", "inputs"]

  func manifest(_ root: YAMLNode) throws(Diagnostic) -> Manifest {
    var mistakes = Mistakes()
    let fields = try source.mapping(root, "the manifest", keys: ManifestLoader.keys, &mistakes)
    // All keys of another version may be unknown here.
    let version = try fields.required("version", of: "the manifest")
    guard try source.text(version, "'version'") == "1" else {
      throw source.error("this plangate reads manifests of version 1", at: version)
    }
    let settings =
      mistakes.attempt { () throws(Diagnostic) in
        try fields["settings"].map { node throws(Diagnostic) in try source.settings(node, isSession: false) }
      } ?? nil
    let rules = mistakes.attempt { () throws(Diagnostic) in
      try RuleReader(source: source).settings(fields["rules"], over: [:])
    }
    let timeout =
      mistakes.attempt { () throws(Diagnostic) in
        try fields["timeout"].map { node throws(Diagnostic) in try source.timeout(node) }
      } ?? nil
    func text(_ key: String) -> String? {
      mistakes.attempt { () throws(Diagnostic) in try fields.text(key) } ?? nil
    }
    func choice(_ key: String, _ words: [String]) -> String? {
      mistakes.attempt { () throws(Diagnostic) in try source.choice(fields[key], key, words) } ?? nil
    }
    let defaults = QueryDefaults(
      rules: rules ?? [:], timeout: timeout ?? 30_000, measuresTime: choice("timing", ["true", "false"]) == "true")
    let seed = mistakes.attempt { () throws(Diagnostic) in try self.seed(fields) }
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
      seed: seed ?? [], seedsAsRoot: choice("seed-user", ["server", "root"]) == "root", roles: roles ?? [],
      queries: queries ?? [],
      wholeStatistics: choice("statistics", ["whole", "sampled"]) != "sampled",
      baselines: joined(directory, text("baselines") ?? "../baselines"),
      settingLines: Dictionary(
        (fields["settings"]?.mapping ?? []).map { ($0.key.scalarText?.lowercased() ?? "", $0.key.mark.line) },
        uniquingKeysWith: { first, _ in first }))
    try mistakes.check()
    return manifest
  }

  // MARK: The server

  private func roles(_ fields: ManifestFields) throws(Diagnostic) -> [String] {
    var roles: [String] = []
    for node in try fields.sequence("roles") {
      let role = try source.text(node, "a role")
      if roles.contains(role) { throw source.error("the role '\(role)' stands twice", at: node) }
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
      return try files(node).map { $0.hasSuffix(".dump") ? .archive($0) : .script($0) }
    }
    let step = try source.mapping(node, "a seed step", keys: ManifestLoader.stepKeys)
    var inputs: [String] = []
    for node in try step.sequence("inputs") { inputs += try files(node, allowsDirectories: true) }
    return [.command(try source.text(try step.required("run", of: "a seed step"), "'run'"), inputs: inputs)]
  }

  /// The files that a path of the seed names, sorted by name.
  ///
  /// - Parameter allowsDirectories: whether a directory stands for all files in it.
  private func files(_ node: YAMLNode, allowsDirectories: Bool = false) throws(Diagnostic) -> [String] {
    let pattern = try source.text(node, "a seed step")
    let path = joined(directory, pattern)
    guard pattern.contains(where: { "*?[".contains($0) }) else {
      var isDirectory = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw source.error("there is no file \(path)", at: node)
      }
      if isDirectory, allowsDirectories { return ManifestLoader.files(in: path) }
      if isDirectory { throw source.error("\(path) is a directory; name its files: \(pattern)/*.sql", at: node) }
      return [path]
    }
    var matches = glob_t()
    defer { globfree(&matches) }
    // The manifest's directory is no pattern, whatever its name.
    let base = directory.map { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    guard glob(joined(base, pattern), 0, nil, &matches) == 0, let paths = matches.gl_pathv
    else { throw source.error("no file matches \(path)", at: node) }
    let found = (0..<Int(matches.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }.sorted()
    var files: [String] = []
    for path in found {
      var isDirectory = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory {
        guard allowsDirectories else {
          throw source.error("\(path) is a directory; a pattern such as *.sql leaves it out", at: node)
        }
        files += ManifestLoader.files(in: path)
      } else {
        files.append(path)
      }
    }
    return files
  }

  /// All files of a directory and of those in it, sorted.
  private static func files(in directory: String) -> [String] {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: directory)) ?? []
    return names.sorted().map { "\(directory)/\($0)" }.filter { path in
      var isDirectory = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory
    }
  }
}
