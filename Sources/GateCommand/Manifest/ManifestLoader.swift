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
    return try loader.manifest(root)
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

private struct ManifestLoader {
  let source: ManifestSource
  let directory: String
  let today: String

  static let keys = [
    "version", "locale", "timezone", "encoding", "seed", "roles", "settings", "rules", "queries", "baselines",
    "timeout", "statistics", "timing",
  ]

  func manifest(_ root: YAMLNode) throws(Diagnostic) -> Manifest {
    let fields = try source.mapping(root, "the manifest", keys: ManifestLoader.keys)
    let version = try fields.required("version", of: "the manifest")
    guard try source.text(version, "'version'") == "1" else {
      throw source.error("this plangate reads manifests of version 1", at: version)
    }
    let rules = RuleReader(source: source)
    let settings =
      try fields["settings"].map { node throws(Diagnostic) in try self.settings(node, isSession: false) } ?? [:]
    let defaults = QueryDefaults(
      rules: try rules.settings(fields["rules"], over: [:]),
      timeout: try fields["timeout"].map { node throws(Diagnostic) in try timeout(node) } ?? 30_000,
      measuresTime: try choice(fields["timing"], "timing", ["true", "false"]) == "true")
    return Manifest(
      path: source.file, directory: directory,
      configuration: ServerConfiguration(
        locale: try fields.text("locale") ?? "C.UTF-8", encoding: try fields.text("encoding") ?? "UTF8",
        timeZone: try fields.text("timezone") ?? "UTC", settings: settings),
      seed: try seed(fields), roles: try roles(fields),
      queries: try queries(try fields.required("queries", of: "the manifest"), defaults, rules),
      wholeStatistics: try choice(fields["statistics"], "statistics", ["whole", "sampled"]) != "sampled",
      baselines: joined(directory, try fields.text("baselines") ?? "../baselines"))
  }

  // MARK: The server

  private func settings(_ node: YAMLNode, isSession: Bool) throws(Diagnostic) -> [String: String] {
    var settings: [String: String] = [:]
    for (key, name, value) in try source.texts(node, "'settings'") {
      let isName =
        name.first.map { $0.isASCII && ($0.isLetter || $0 == "_") } ?? false
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "$") }
      let lower = name.lowercased()
      // In postgresql.conf these three read another file.
      guard isName, !["include", "include_dir", "include_if_exists"].contains(lower) else {
        throw source.error("'\(name)' is not the name of a setting", at: key)
      }
      if lower == "timezone", !isSession {
        throw source.error("set the time zone with the key 'timezone:' of the manifest", at: key)
      }
      if lower == "role", isSession { throw source.error("set the role with the key 'role:'", at: key) }
      guard ServerConfiguration.ownSettings[lower] == nil, !lower.hasPrefix("plangate.") else {
        throw source.error(
          "'\(name)' is set by plangate itself, so that plans repeat and the server stays its own", at: key)
      }
      guard settings.updateValue(value, forKey: lower) == nil else {
        throw source.error("the setting '\(name)' stands twice", at: key)
      }
    }
    return settings
  }

  private func roles(_ fields: ManifestFields) throws(Diagnostic) -> [String] {
    var roles: [String] = []
    for node in try fields.sequence("roles") {
      let role = try source.text(node, "a role")
      if roles.contains(role) { throw source.error("the role '\(role)' stands twice", at: node) }
      roles.append(role)
    }
    return roles
  }

  private func timeout(_ node: YAMLNode) throws(Diagnostic) -> Int {
    let text = try source.text(node, "'timeout'")
    let number = text.prefix { $0.isNumber || $0 == "." }
    let factors: [String: Double] = ["": 1000, "ms": 1, "s": 1000, "min": 60_000]
    guard let value = Double(String(number)), let factor = factors[text.dropFirst(number.count).trimmingBlanks],
      value * factor >= 1, value * factor < 86_400_000
    else { throw source.error("'timeout' must be a time such as 30s, 500ms or 2min", at: node) }
    return Int((value * factor).rounded())
  }

  // MARK: The seed

  private func seed(_ fields: ManifestFields) throws(Diagnostic) -> [SeedStep] {
    var steps: [SeedStep] = []
    for node in try fields.sequence("seed") {
      if node.mapping != nil {
        let step = try source.mapping(node, "a seed step", keys: ["run"])
        steps.append(.command(try source.text(try step.required("run", of: "a seed step"), "'run'")))
      } else {
        steps += try files(node).map { $0.hasSuffix(".dump") ? .archive($0) : .script($0) }
      }
    }
    return steps
  }

  /// The files that a path of the seed names, sorted by name.
  private func files(_ node: YAMLNode) throws(Diagnostic) -> [String] {
    let pattern = try source.text(node, "a seed step")
    let path = joined(directory, pattern)
    guard pattern.contains(where: { "*?[".contains($0) }) else {
      var isDirectory = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw source.error("there is no file \(path)", at: node)
      }
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
    for path in found {
      var isDirectory = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory {
        throw source.error("\(path) is a directory; a pattern such as *.sql leaves it out", at: node)
      }
    }
    return found
  }

  // MARK: Queries

  private struct QueryDefaults {
    let rules: [String: RuleSettings]
    let timeout: Int
    let measuresTime: Bool
  }

  private func queries(
    _ node: YAMLNode, _ defaults: QueryDefaults, _ rules: RuleReader
  ) throws(Diagnostic) -> [Query] {
    var queries: [Query] = []
    var places: [String: Int] = [:]
    let nodes = try source.sequence(node, "'queries'")
    guard !nodes.isEmpty else { throw source.error("'queries' lists no query", at: node) }
    for node in nodes {
      let query = try query(node, defaults, rules)
      if let line = places.updateValue(node.mark.line, forKey: query.name.lowercased()) {
        throw source.error(
          "a second query '\(query.name)' (names are unique without regard to case; the first is in line \(line))",
          at: node)
      }
      queries.append(query)
    }
    return queries
  }

  private func query(_ node: YAMLNode, _ defaults: QueryDefaults, _ rules: RuleReader) throws(Diagnostic) -> Query {
    let fields = try source.mapping(
      node, "a query",
      keys: ["name", "file", "sql", "params", "cases", "plan", "session", "rules", "waive", "timeout", "types"])
    let statement = try statement(fields, node)
    let name: String
    if let given = fields["name"] {
      name = try source.identifier(given, "the name")
    } else if let file = try fields.text("file") {
      let last = file.split(separator: "/").last.map(String.init) ?? file
      name = last.hasSuffix(".sql") ? String(last.dropLast(4)) : last
      guard isIdentifier(name) else {
        throw source.error("the file's name '\(name)' is no name for a query; give one with 'name:'", at: node)
      }
    } else {
      throw source.error("a query with 'sql:' needs the key 'name'", at: node)
    }
    return Query(
      name: name, statement: statement, cases: try cases(fields), session: try session(fields),
      policy: CasePolicy(
        rules: try rules.settings(fields["rules"], over: defaults.rules), waivers: try rules.waivers(fields["waive"]),
        today: today),
      timeout: try fields["timeout"].map { node throws(Diagnostic) in try timeout(node) } ?? defaults.timeout,
      types: try types(fields), measuresTime: defaults.measuresTime)
  }

  private func statement(_ fields: ManifestFields, _ node: YAMLNode) throws(Diagnostic) -> Statement {
    switch (fields["file"], fields["sql"]) {
    case (let file?, nil):
      let path = joined(directory, try source.text(file, "'file'"))
      let bytes: [UInt8]
      do { bytes = try readFile(path, "the query") } catch {
        throw source.error("\(error.message): \(path)", at: file)
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        throw Diagnostic("the file is not UTF-8", file: path, line: line + 1)
      }
      if let end = text.unicodeScalars.firstIndex(of: "\0") {
        let line = text.unicodeScalars[..<end].count { $0 == "\n" } + 1
        throw Diagnostic("the file holds a NUL character", file: path, line: line)
      }
      // Editors on Windows begin a file with a byte order mark.
      let isMarked = text.unicodeScalars.first == "\u{FEFF}"
      return Statement(
        text: isMarked ? String(text.unicodeScalars.dropFirst()) : text, file: path, firstLine: 1, indentation: 0)
    case (nil, let sql?): return inline(try source.text(sql, "'sql'"), at: sql.mark)
    case (nil, nil): throw source.error("a query needs 'file:' or 'sql:'", at: node)
    case (_?, let sql?): throw source.error("a query has either 'file:' or 'sql:', not both", at: sql)
    }
  }

  /// A statement inside the manifest.
  private func inline(_ text: String, at mark: YAMLMark) -> Statement {
    // An anchor or a tag may come first.
    let words = (Diagnostic.line(mark.line, of: source.text) ?? "").unicodeScalars.dropFirst(mark.column - 1)
      .split(separator: " ")
    let start = words.first { $0.first != "&" && $0.first != "!" }?.first
    guard start == "|" || start == ">" else {
      let quote = start == "'" || start == "\"" ? 1 : 0
      return Statement(text: text, file: source.file, firstLine: mark.line, indentation: mark.column - 1 + quote)
    }
    // A block begins in the line after its indicator. Its first line that is not blank tells the indentation.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let index = lines.firstIndex { !$0.allSatisfy { $0 == " " } } ?? 0
    let written = Diagnostic.line(mark.line + 1 + index, of: source.text) ?? ""
    let indentation = written.prefix { $0 == " " }.count - lines[index].prefix { $0 == " " }.count
    return Statement(text: text, file: source.file, firstLine: mark.line + 1, indentation: max(0, indentation))
  }

  private func cases(_ fields: ManifestFields) throws(Diagnostic) -> [QueryCase] {
    var cases: [QueryCase] = []
    let reader = ParameterReader(source: source)
    if let node = fields["cases"] {
      if let params = fields["params"] {
        throw source.error("a query has either 'params:' or 'cases:', not both", at: params)
      }
      guard let entries = node.mapping, !entries.isEmpty else {
        throw source.error("'cases' must be a mapping of names to parameters", at: node)
      }
      for entry in entries {
        let name = try source.identifier(entry.key, "the name of a case")
        if cases.contains(where: { $0.name?.lowercased() == name.lowercased() }) {
          throw source.error("a second case '\(name)' (names are unique without regard to case)", at: entry.key)
        }
        cases.append(QueryCase(name: name, parameters: try reader.parameters(entry.value), isGeneric: false))
      }
    } else {
      let parameters = try fields["params"].map { node throws(Diagnostic) in try reader.parameters(node) } ?? .none
      cases = [QueryCase(name: nil, parameters: parameters, isGeneric: false)]
    }
    guard let plan = fields["plan"] else { return cases }
    let generic = cases.map { item in
      QueryCase(name: item.name.map { $0 + "+generic" } ?? "generic", parameters: item.parameters, isGeneric: true)
    }
    switch try source.text(plan, "'plan'") {
    case "custom": return cases
    case "generic": return generic
    case "both": return zip(cases, generic).flatMap { [$0, $1] }
    case let other: throw source.error("'plan' is custom, generic or both, not '\(other)'", at: plan)
    }
  }

  /// `types:`, a sequence for $1, $2 … or a mapping for :name.
  private func types(_ fields: ManifestFields) throws(Diagnostic) -> [String: String] {
    guard let node = fields["types"] else { return [:] }
    var types: [String: String] = [:]
    if let elements = node.sequence {
      for (index, element) in elements.enumerated() where !element.isNull {
        types[String(index + 1)] = try source.text(element, "a type")
      }
    } else {
      for (_, name, type) in try source.texts(node, "'types'") { types[name] = type }
    }
    return types
  }

  private func choice(_ node: YAMLNode?, _ key: String, _ words: [String]) throws(Diagnostic) -> String? {
    guard let node else { return nil }
    let text = try source.text(node, "'\(key)'")
    guard words.contains(text) else {
      throw source.error("'\(key)' is \(words.joined(separator: " or ")), not '\(text)'", at: node)
    }
    return text
  }

  private func session(_ fields: ManifestFields) throws(Diagnostic) -> Session {
    guard let node = fields["session"] else { return Session() }
    let fields = try source.mapping(node, "'session'", keys: ["role", "settings"])
    return Session(
      role: try fields.text("role"),
      settings: try fields["settings"].map { node throws(Diagnostic) in try settings(node, isSession: true) } ?? [:])
  }
}

extension Substring {
  fileprivate var trimmingBlanks: String { String(drop { $0 == " " }) }
}
