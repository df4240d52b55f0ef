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
  private let cache = QueryFileCache()

  static let keys = [
    "name", "file", "files", "query", "except", "convention", "placeholders", "sql", "params", "cases", "plan",
    "session", "rules", "waive", "timeout", "types",
  ]

  static let sessionKeys = ["role", "settings"]

  init(source: ManifestSource, directory: String, today: Day, defaults: QueryDefaults) {
    (self.source, self.directory, self.today, self.defaults) = (source, directory, today, defaults)
  }

  private var rules: RuleReader { RuleReader(source: source) }

  func queries(_ node: YAMLNode) throws(Diagnostic) -> [Query] {
    var mistakes = Mistakes()
    var entries: [QueryEntry] = []
    let nodes = try source.sequence(node, "'queries'")
    guard !nodes.isEmpty else { throw source.error("'queries' lists no query", at: node) }
    for node in nodes {
      entries += mistakes.attempt { () throws(Diagnostic) in try self.entries(node) } ?? []
    }
    QueryEntry.leaveOutTaken(&entries)
    for error in QueryEntry.untranslatable(entries, source) { mistakes.add(error) }
    QueryEntry.chooseNames(&entries)
    var lines: [String: Int] = [:]
    for entry in entries {
      guard let line = lines.updateValue(entry.node.mark.line, forKey: entry.query.name.lowercased()) else { continue }
      mistakes.add(
        source.error(
          "a second query '\(entry.query.name)' "
            + "(names are unique without regard to case; the first is on line \(line))", at: entry.node))
    }
    try mistakes.check()
    return entries.map(\.query)
  }

  /// The queries of one entry of the manifest.
  private func entries(_ node: YAMLNode) throws(Diagnostic) -> [QueryEntry] {
    var mistakes = Mistakes()
    let fields = try source.mapping(node, "a query", keys: QueryReader.keys, &mistakes)
    let found = mistakes.attempt { () throws(Diagnostic) in
      try QueryFileReader(source: source, directory: directory, cache: cache).found(fields, node)
    }
    var statement: Statement?
    if case .ownNotation? = found {
      statement = mistakes.attempt { () throws(Diagnostic) in try self.statement(fields, node) }
    }
    // Without a statement, a missing name is not worth reporting.
    let name = statement == nil ? nil : mistakes.attempt { () throws(Diagnostic) in try self.name(fields, node) }
    let isMany = fields["files"] != nil
    let cases = mistakes.attempt { () throws(Diagnostic) in try self.cases(fields, isMany: isMany) }
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
    guard let cases, let session, let settings, let waivers, let types else {
      throw source.error("the query cannot be read", at: node)
    }
    func query(_ name: String, _ statement: Statement) -> Query {
      Query(
        name: name, manifestLine: node.mark.line, manifestColumn: node.mark.column, statement: statement, cases: cases,
        session: session,
        policy: CasePolicy(rules: settings, waivers: waivers, today: today), timeout: timeout ?? defaults.timeout,
        types: types, measuresTime: defaults.measuresTime)
    }
    if let statement, let name {
      var entry = QueryEntry(node: node, query: query(name, statement), names: [name])
      if fields["file"] != nil { entry.origin = QueryFile.origin(statement.file, "") }
      return [entry]
    }
    guard case .items(let items)? = found else { throw source.error("the query cannot be read", at: node) }
    if isMany, let params = fields["params"] { try checkNames(params, in: items) }
    return items.map { item in
      var entry = QueryEntry(node: node, query: query(item.names[0], item.statement), names: item.names)
      entry.origin = item.origin
      entry.nameInFile = item.nameInFile
      entry.isOneOfMany = isMany
      entry.query.types.merge(item.types) { own, _ in own }
      if isMany {
        entry.query.keepOwnParameters()
        entry.query.ownEntry = ownEntry(of: item, fields)
      }
      return entry
    }
  }

  /// The keys of an entry for one of the queries of `files:`, with what the entry of all says of it.
  private func ownEntry(of item: QueryFileReader.Item, _ fields: ManifestFields) -> [(key: String, value: String)] {
    let path = relativePath(item.statement.file, to: directory)
    var keys = [(key: "file", value: YAMLText.scalar(path))]
    let isOneOfSeveral = item.origin.map { !$0.hasSuffix("\0") } ?? false
    if item.isMarked || isOneOfSeveral, let name = item.nameInFile {
      keys.append((key: "query", value: YAMLText.scalar(name)))
    }
    for key in ["convention", "placeholders", "plan", "session", "rules", "waive", "timeout"] {
      if let node = fields[key] { keys.append((key: key, value: YAMLText.flow(node))) }
    }
    return keys
  }

  /// Reports a value beside `files:` that no query takes.
  private func checkNames(_ params: YAMLNode, in items: [QueryFileReader.Item]) throws(Diagnostic) {
    let names = Set(items.flatMap(\.statement.scanned.names))
    for entry in params.mapping ?? [] {
      guard let name = entry.key.scalarText, !names.contains(name) else { continue }
      throw source.error(
        "no query has the parameter '\(name)'\(suggestion(for: name, among: names.sorted()))", at: entry.key)
    }
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
      return Statement(text: try source.query(path, at: file), file: path, firstLine: 1, indentation: 0)
    case (nil, let sql?): return source.inline(try source.text(sql, "'sql'"), at: sql.mark)
    case (nil, nil): throw source.error("a query needs 'file:' or 'sql:'", at: node)
    case (_?, let sql?): throw source.error("a query has either 'file:' or 'sql:', not both", at: sql)
    }
  }

  /// - Parameter isMany: whether the values are for many queries, each of which takes those it has.
  private func cases(_ fields: ManifestFields, isMany: Bool) throws(Diagnostic) -> [QueryCase] {
    if isMany, let node = fields["params"], node.mapping == nil, !node.isNull {
      throw source.error("'params' beside 'files' is a mapping of names to values", at: node)
    }
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
        let given = try reader.given(entry.value)
        cases.append(QueryCase(name: name, parameters: given.parameters, isGeneric: false, fetched: given.fetched))
      }
    } else {
      let given = try fields["params"].map { node throws(Diagnostic) in try reader.given(node) } ?? (.none, [])
      cases = [QueryCase(name: nil, parameters: given.parameters, isGeneric: false, fetched: given.fetched)]
    }
    guard let plan = fields["plan"] else { return cases }
    let generic = cases.map { item in
      QueryCase(
        name: item.name.map { $0 + "+generic" } ?? "generic", parameters: item.parameters, isGeneric: true,
        fetched: item.fetched)
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
