import OperatingSystem
import PlanCore
import YAML

/// One query of the manifest, until its name is known.
struct QueryEntry {
  let node: YAMLNode
  var query: Query
  /// The names that it may have, in the order in which they are tried.
  let names: [String]
  /// The file and the name in it, as `QueryFile.origin` writes them; nil for a statement inside the manifest.
  var origin: String?
  /// Whether its entry takes all queries of its files.
  var isOneOfMany = false
  /// The name by which `except:` can leave it out.
  var nameInFile: String?

  /// Removes the queries that `files:` takes and that another entry names.
  static func leaveOutTaken(_ entries: inout [QueryEntry]) {
    let taken = Set(entries.filter { !$0.isOneOfMany }.compactMap(\.origin))
    entries.removeAll { $0.isOneOfMany && taken.contains($0.origin ?? "") }
  }

  /// The errors of queries that cannot be translated: one per entry of the manifest, with all places.
  static func untranslatable(_ entries: [QueryEntry], _ source: ManifestSource) -> [Diagnostic] {
    let found = entries.filter { !($0.query.statement.translated?.problems ?? []).isEmpty }
    let groups = Dictionary(grouping: found) { $0.node.mark.line }
    return groups.sorted { $0.key < $1.key }.compactMap { _, entries in
      guard let node = entries.first?.node else { return nil }
      let places = entries.map(\.query.statement).flatMap { statement in
        (statement.translated?.problems ?? []).map { problem in
          let place = statement.place(of: problem.offset)
          return "\(statement.file):\(place.line):\(place.column): \(problem.message)"
        }
      }
      let what = entries.count == 1 ? "a query" : "\(entries.count) queries"
      let list = entries.compactMap(\.nameInFile).joined(separator: ", ")
      let step = list.isEmpty ? "" : "; leave \(entries.count == 1 ? "it" : "them") out with 'except: [\(list)]'"
      return source.error((["\(what) cannot be translated\(step)"] + places).joined(separator: "\n"), at: node)
    }
  }

  /// Gives each query its first name that no other has: those of files get longer until they differ.
  static func chooseNames(_ entries: inout [QueryEntry]) {
    var levels = Array(repeating: 0, count: entries.count)
    while true {
      let groups = Dictionary(grouping: entries.indices) { entries[$0].query.name.lowercased() }
      let movable = groups.values.filter { $0.count > 1 }.joined().filter { levels[$0] + 1 < entries[$0].names.count }
      if movable.isEmpty { return }
      for index in movable {
        levels[index] += 1
        entries[index].query.name = entries[index].names[levels[index]]
      }
    }
  }
}

extension Query {
  /// Keeps of the values and types that many queries share those whose parameters it has.
  mutating func keepOwnParameters() {
    let names = statement.scanned.names
    for index in cases.indices {
      guard case .named(let given) = cases[index].parameters else { continue }
      let own = given.filter { names.contains($0.name) }
      cases[index].parameters = own.isEmpty ? .none : .named(own)
      cases[index].fetched.removeAll { !names.contains($0.key) }
    }
    types = types.filter { name, _ in names.contains(name) || Int(name) != nil }
  }
}

/// The files of queries that were read, since a manifest may have an entry for each query of a file.
final class QueryFileCache {
  private struct Key: Hashable {
    let path: String
    let convention: QueryConvention?
    let placeholders: Placeholders?
  }

  private var files: [Key: QueryFile] = [:]

  /// A file, which is read the first time.
  func file(
    _ path: String, _ convention: QueryConvention?, _ placeholders: Placeholders?,
    text: () throws(Diagnostic) -> String
  ) throws(Diagnostic) -> QueryFile {
    let key = Key(path: path, convention: convention, placeholders: placeholders)
    if let file = files[key] { return file }
    let file = try QueryFile(path, text(), convention, placeholders)
    files[key] = file
    return file
  }
}

/// Reads the entries of `queries:` whose queries are in files of the application, or in another notation.
struct QueryFileReader {
  let source: ManifestSource
  let directory: String
  let cache: QueryFileCache

  /// A query that an entry names.
  struct Item {
    let names: [String]
    let statement: Statement
    var types: [String: String] = [:]
    var origin: String?
    var nameInFile: String?
    /// Whether its file gives it a name.
    var isMarked = false
  }

  /// The queries of an entry.
  enum Found {
    /// One statement in plangate's own notation, in a file or in the manifest.
    case ownNotation
    case items([Item])
  }

  func found(_ fields: ManifestFields, _ node: YAMLNode) throws(Diagnostic) -> Found {
    let convention = try fields["convention"].map { node throws(Diagnostic) in try self.convention(node) }
    let placeholders = try fields["placeholders"].map { node throws(Diagnostic) in try self.placeholders(node) }
    if let files = fields["files"] {
      for key in ["file", "sql", "query", "name", "cases"] {
        guard let other = fields[key] else { continue }
        throw source.error("'\(key)' goes with one query; 'files' takes many", at: other)
      }
      return .items(try many(files, fields, convention, placeholders))
    }
    if let except = fields["except"] { throw source.error("'except' goes with 'files'", at: except) }
    guard let file = fields["file"], fields["sql"] == nil else {
      for key in ["query", "convention"] {
        if let other = fields[key] { throw source.error("'\(key)' goes with 'file'", at: other) }
      }
      guard let placeholders, let sql = fields["sql"], fields["file"] == nil, let name = fields["name"] else {
        return .ownNotation
      }
      var statement = source.inline(try source.text(sql, "'sql'"), at: sql.mark)
      statement.translated = TranslatedStatement(statement.text, placeholders)
      return .items([Item(names: [try source.identifier(name, "the name")], statement: statement)])
    }
    let path = joined(directory, try source.text(file, "'file'"))
    let isJSON = path.hasSuffix(".json")
    guard fields["query"] != nil || convention != nil || placeholders != nil || isJSON else {
      return .ownNotation
    }
    if fields["query"] == nil, convention == nil, !isJSON, let placeholders {
      let text = try source.query(path, at: file)
      var statement = Statement(text: text, file: path, firstLine: 1, indentation: 0)
      statement.translated = TranslatedStatement(text, placeholders)
      var item = Item(names: [try name(fields, file)], statement: statement)
      item.origin = QueryFile.origin(path, "")
      return .items([item])
    }
    let read = try cache.file(path, convention, placeholders) { () throws(Diagnostic) in
      try source.query(path, at: file)
    }
    return .items([try one(read, fields, node)])
  }

  // MARK: One query

  private func name(_ fields: ManifestFields, _ file: YAMLNode) throws(Diagnostic) -> String {
    if let name = fields["name"] { return try source.identifier(name, "the name") }
    let name = Query.name(ofFile: try source.text(file, "'file'"))
    if isIdentifier(name) { return name }
    throw source.error("the file name '\(name)' is not a valid query name; set one with 'name:'", at: file)
  }

  private func one(_ file: QueryFile, _ fields: ManifestFields, _ node: YAMLNode) throws(Diagnostic) -> Item {
    let found: QueryFile.Item
    if let query = fields["query"] {
      let name = try source.text(query, "'query'")
      if !file.hasMarks, fields["convention"] == nil {
        throw source.error("\(file.path) has no marks '-- name: …'", at: query)
      }
      guard let item = file.item(name) else {
        throw source.error(
          "\(file.path) has no query '\(name)'\(suggestion(for: name, among: file.items.map(\.writtenName)))", at: query
        )
      }
      if item.isOther { throw source.error("'\(name)' is a script, not a query", at: query) }
      found = item
    } else {
      let queries = file.items.filter { !$0.isOther }
      guard let only = queries.first, queries.count == 1 else {
        throw source.error(
          queries.isEmpty
            ? "\(file.path) holds no query"
            : "\(file.path) holds \(queries.count) queries; name one with 'query:', or take all with 'files:'", at: node
        )
      }
      found = only
    }
    let names = try fields["name"].map { node throws(Diagnostic) in [try source.identifier(node, "the name")] }
    var item = Item(names: names ?? found.names, statement: found.statement)
    item.types = found.types
    item.origin = file.origin(found)
    return item
  }

  // MARK: Many queries

  private func many(
    _ node: YAMLNode, _ fields: ManifestFields, _ convention: QueryConvention?, _ placeholders: Placeholders?
  ) throws(Diagnostic) -> [Item] {
    var mistakes = Mistakes()
    var items: [Item] = []
    let except = try fields.sequence("except")
    var exceptions: [(node: YAMLNode, glob: String, isUsed: Bool)] = []
    for node in except { exceptions.append((node, try source.text(node, "a name"), false)) }
    for path in try paths(node) {
      let file = mistakes.attempt { () throws(Diagnostic) in
        let file = try cache.file(path, convention, placeholders) { () throws(Diagnostic) in
          try source.query(path, at: node)
        }
        if !file.hasMarks, convention == nil, file.items.count > 1 {
          throw source.error(
            "\(path) holds \(file.items.count) statements and no marks '-- name: …'\n"
              + "take them one by one with 'convention: statements'", at: node)
        }
        return file
      }
      for found in file?.items ?? [] where !found.isOther {
        let names =
          found.writtenName.isEmpty || file?.hasMarks == false ? found.names : [found.writtenName] + found.names
        var isLeftOut = false
        for index in exceptions.indices where names.contains(where: { isGlob(exceptions[index].glob, matching: $0) }) {
          exceptions[index].isUsed = true
          isLeftOut = true
        }
        if isLeftOut { continue }
        var item = Item(names: found.names, statement: found.statement)
        item.types = found.types
        item.origin = file?.origin(found)
        item.nameInFile = names[0]
        item.isMarked = file?.hasMarks == true && !found.writtenName.isEmpty
        items.append(item)
      }
    }
    for exception in exceptions where !exception.isUsed {
      mistakes.add(source.error("'except' names no query: '\(exception.glob)'", at: exception.node))
    }
    try mistakes.check()
    if items.isEmpty { throw source.error("'files' takes no query", at: node) }
    return items
  }

  /// The files that one pattern or several name.
  private func paths(_ node: YAMLNode) throws(Diagnostic) -> [String] {
    var paths: [String] = []
    for node in node.sequence ?? [node] {
      let pattern = try source.text(node, "'files'")
      let found =
        FilePattern.isPattern(pattern)
        ? FilePattern.matches(pattern, in: directory).filter { !FilePattern.isDirectory($0) }
        : [joined(directory, pattern)]
      if found.isEmpty { throw source.error("no file matches \(joined(directory, pattern))", at: node) }
      paths += try source.regularFiles(found, at: node).filter { !paths.contains($0) }
    }
    return paths
  }

  // MARK: Keys

  private func convention(_ node: YAMLNode) throws(Diagnostic) -> QueryConvention {
    let text = try source.text(node, "'convention'")
    if let convention = QueryConvention(rawValue: text) { return convention }
    throw source.error(
      "unknown convention '\(text)'\(suggestion(for: text, among: QueryConvention.allCases.map(\.rawValue)))", at: node)
  }

  private func placeholders(_ node: YAMLNode) throws(Diagnostic) -> Placeholders {
    let text = try source.text(node, "'placeholders'")
    if let placeholders = Placeholders.byName[text] { return placeholders }
    let known = Placeholders.styles.map(\.name).joined(separator: ", ")
    throw source.error("unknown placeholders '\(text)'; known are \(known) and the conventions", at: node)
  }
}

extension QueryFile {
  /// The query of a name as the file writes it, or as it is called.
  func item(_ name: String) -> Item? {
    items.first { $0.writtenName == name }
      ?? items.first { QueryFile.identifier($0.writtenName) == name && !$0.writtenName.isEmpty }
  }

  /// The file and the name in it, which is empty if the file holds no other query.
  func origin(_ item: Item) -> String {
    QueryFile.origin(path, items.count { !$0.isOther } == 1 ? "" : item.writtenName)
  }

  static func origin(_ path: String, _ name: String) -> String { "\(resolvedPath(path) ?? path)\0\(name)" }
}

extension ManifestSource {
  /// The text of a query file, without a byte order mark.
  func query(_ path: String, at node: YAMLNode) throws(Diagnostic) -> String {
    if let kind = FileKind(path), kind != .regular, kind != .directory {
      throw error("\(path) is \(kind.description), not a file", at: node)
    }
    let bytes: [UInt8]
    do { bytes = try readFile(path, "the query") } catch {
      throw self.error("\(error.message): \(path)", at: node)
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
    return isMarked ? String(text.unicodeScalars.dropFirst()) : text
  }

  /// Makes the statement of an inline query.
  func inline(_ text: String, at mark: YAMLMark) -> Statement {
    // An anchor or a tag may come first.
    let words = (Diagnostic.line(mark.line, of: self.text) ?? "").unicodeScalars.dropFirst(mark.column - 1)
      .split(separator: " ")
    let start = words.first { $0.first != "&" && $0.first != "!" }?.first
    guard start == "|" || start == ">" else {
      let quote = start == "'" || start == "\"" ? 1 : 0
      return Statement(text: text, file: file, firstLine: mark.line, indentation: mark.column - 1 + quote)
    }
    // A block begins on the line after its indicator. Its first nonblank line determines the indentation.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let index = lines.firstIndex { !$0.allSatisfy { $0 == " " } } ?? 0
    let written = Diagnostic.line(mark.line + 1 + index, of: self.text) ?? ""
    let indentation = written.prefix { $0 == " " }.count - lines[index].prefix { $0 == " " }.count
    return Statement(text: text, file: file, firstLine: mark.line + 1, indentation: max(0, indentation))
  }
}
