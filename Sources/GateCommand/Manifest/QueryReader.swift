import OperatingSystem
import PlanCore
import Postgres
import YAML

/// The manifest's defaults for all queries.
struct QueryDefaults {
  let rules: [String: RuleSettings]
  /// The timeout in milliseconds.
  let timeout: Int
  let measuresTime: Bool
}

/// Reads `queries:` and the files that it names.
struct QueryReader {
  let source: ManifestSource
  let directory: String
  let today: Day
  let defaults: QueryDefaults

  static let keys = [
    "name", "file", "sql", "params", "cases", "plan", "session", "rules", "waive", "timeout", "types",
  ]

  static let sessionKeys = ["role", "settings"]

  private var rules: RuleReader { RuleReader(source: source) }

  func queries(_ node: YAMLNode) throws(Diagnostic) -> [Query] {
    var mistakes = Mistakes()
    var queries: [Query] = []
    var lines: [String: Int] = [:]
    let nodes = try source.sequence(node, "'queries'")
    guard !nodes.isEmpty else { throw source.error("'queries' lists no query", at: node) }
    for node in nodes {
      guard let query = mistakes.attempt({ () throws(Diagnostic) in try self.query(node) }) else { continue }
      if let line = lines.updateValue(node.mark.line, forKey: query.name.lowercased()) {
        mistakes.add(
          source.error(
            "a second query '\(query.name)' (names are unique without regard to case; the first is on line \(line))",
            at: node))
      }
      queries.append(query)
    }
    try mistakes.check()
    return queries
  }

  private func query(_ node: YAMLNode) throws(Diagnostic) -> Query {
    var mistakes = Mistakes()
    let fields = try source.mapping(node, "a query", keys: QueryReader.keys, &mistakes)
    let statement = mistakes.attempt { () throws(Diagnostic) in try self.statement(fields, node) }
    // Without a statement, a missing name is not worth reporting.
    let name = statement == nil ? nil : mistakes.attempt { () throws(Diagnostic) in try self.name(fields, node) }
    let cases = mistakes.attempt { () throws(Diagnostic) in try self.cases(fields) }
    let session = mistakes.attempt { () throws(Diagnostic) in try self.session(fields) }
    let settings = mistakes.attempt { () throws(Diagnostic) in
      try rules.settings(fields["rules"], over: defaults.rules)
    }
    let waivers = mistakes.attempt { () throws(Diagnostic) in try rules.waivers(fields["waive"]) }
    let timeout =
      mistakes.attempt { () throws(Diagnostic) in
        try fields["timeout"].map { node throws(Diagnostic) in try source.timeout(node) }
      } ?? nil
    let types = mistakes.attempt { () throws(Diagnostic) in try self.types(fields) }
    try mistakes.check()
    guard let statement, let name, let cases, let session, let settings, let waivers, let types else {
      throw source.error("the query cannot be read", at: node)
    }
    return Query(
      name: name, manifestLine: node.mark.line, statement: statement, cases: cases, session: session,
      policy: CasePolicy(rules: settings, waivers: waivers, today: today), timeout: timeout ?? defaults.timeout,
      types: types, measuresTime: defaults.measuresTime)
  }

  private func name(_ fields: ManifestFields, _ node: YAMLNode) throws(Diagnostic) -> String {
    if let given = fields["name"] { return try source.identifier(given, "the name") }
    guard let file = try fields.text("file") else {
      throw source.error("a query with 'sql:' needs the key 'name'", at: node)
    }
    let name = Query.name(ofFile: file)
    guard isIdentifier(name) else {
      throw source.error("the file name '\(name)' is not a valid query name; set one with 'name:'", at: node)
    }
    return name
  }

  private func statement(_ fields: ManifestFields, _ node: YAMLNode) throws(Diagnostic) -> Statement {
    switch (fields["file"], fields["sql"]) {
    case (let file?, nil):
      let path = joined(directory, try source.text(file, "'file'"))
      if let kind = FileKind(path), kind != .regular, kind != .directory {
        throw source.error("\(path) is \(kind.description), not a file", at: file)
      }
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
      // Windows editors begin a file with a byte order mark.
      let isMarked = text.unicodeScalars.first == "\u{FEFF}"
      return Statement(
        text: isMarked ? String(text.unicodeScalars.dropFirst()) : text, file: path, firstLine: 1, indentation: 0)
    case (nil, let sql?): return inline(try source.text(sql, "'sql'"), at: sql.mark)
    case (nil, nil): throw source.error("a query needs 'file:' or 'sql:'", at: node)
    case (_?, let sql?): throw source.error("a query has either 'file:' or 'sql:', not both", at: sql)
    }
  }

  /// Makes the statement of an inline query.
  private func inline(_ text: String, at mark: YAMLMark) -> Statement {
    // An anchor or a tag may come first.
    let words = (Diagnostic.line(mark.line, of: source.text) ?? "").unicodeScalars.dropFirst(mark.column - 1)
      .split(separator: " ")
    let start = words.first { $0.first != "&" && $0.first != "!" }?.first
    guard start == "|" || start == ">" else {
      let quote = start == "'" || start == "\"" ? 1 : 0
      return Statement(text: text, file: source.file, firstLine: mark.line, indentation: mark.column - 1 + quote)
    }
    // A block begins on the line after its indicator. Its first nonblank line determines the indentation.
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

  /// Reads `types:`, a sequence for $1, $2 … or a mapping for :name.
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

  private func session(_ fields: ManifestFields) throws(Diagnostic) -> Session {
    guard let node = fields["session"] else { return Session() }
    let fields = try source.mapping(node, "'session'", keys: QueryReader.sessionKeys)
    return Session(
      role: try fields["role"].map { node throws(Diagnostic) in try source.role(node, "'role'") },
      settings: try fields["settings"].map { node throws(Diagnostic) in try source.settings(node, isSession: true) }
        ?? [:])
  }
}
