/// A directory with the SQL files of a migration tool.
struct MigrationDirectory: Equatable, Sendable {
  /// Relative to the project's directory.
  let path: String
  /// The tool, as people name it.
  let tool: String
  /// The SQL files that belong to it, sorted.
  let files: [String]
  /// Why it cannot be used; nil if it can.
  let problem: String?

  var isFlyway: Bool { tool == "Flyway" }

  /// Such as `3 migrations (goose)`.
  var label: String {
    let count = files.count { MigrationNaming(path: $0).role != .down }
    return "\(count) migration\(count == 1 ? "" : "s") (\(tool))"
  }

  /// The migrations beside them that only the tool itself can run, being programs.
  func programs(in tree: ProjectTree) -> [String] {
    guard ["goose", "Flyway"].contains(tool) else { return [] }
    return tree.files(below: path).filter { file in
      let name = ProjectPath.name(file)
      return [".go", ".java", ".kt"].contains { name.hasSuffix($0) }
        && !MigrationNaming(path: ProjectPath.stem(file) + ".sql").version.isEmpty
    }
  }

  /// The directories of a project, sorted.
  static func all(of tree: ProjectTree) -> [MigrationDirectory] {
    var groups: [String: (tool: String, files: [String])] = [:]
    let recognizer = MigrationTool(tree: tree)
    for (directory, files) in Dictionary(grouping: tree.files(ending: ".sql"), by: parent) {
      let usable = files.filter { !ProjectPath.isTrial($0) && !ProjectPath.folders($0).contains("fixtures") }
      guard let (tool, root) = recognizer.tool(of: usable, in: directory) else { continue }
      groups[root, default: (tool, [])].files += usable
    }
    // Flyway reads the directories below its own as well.
    for (path, group) in groups where group.tool == "Flyway" {
      for (other, inner) in groups where inner.tool == "Flyway" && other.hasPrefix(path + "/") {
        if ProjectPath.isForOtherDatabase(other) == ProjectPath.isForOtherDatabase(path) {
          groups[path]?.files += inner.files
          groups[other] = nil
        }
      }
    }
    return groups.sorted { $0.key < $1.key }.map { path, group in
      MigrationDirectory(
        path: path, tool: group.tool, files: group.files.sorted(),
        problem: problem(path, group.files, recognizer))
    }
  }

  private static func parent(_ path: String) -> String {
    let folders = ProjectPath.folders(path)
    return folders.isEmpty ? "." : folders.joined(separator: "/")
  }

  private static func problem(_ path: String, _ files: [String], _ recognizer: MigrationTool) -> String? {
    if let database = recognizer.otherDatabase(path, files) { return "for \(database)" }
    return nil
  }
}

/// Tells which tool's migrations a directory holds.
struct MigrationTool {
  let tree: ProjectTree

  /// The tool, and the directory that the manifest names: that of the files or, if each migration has a directory of
  /// its own, the one above.
  ///
  /// - Parameter files: the SQL files directly in the directory.
  func tool(of files: [String], in directory: String) -> (tool: String, root: String)? {
    guard let first = files.first else { return nil }
    let names = files.map(ProjectPath.name)
    let above = ProjectPath.folders(directory).joined(separator: "/")
    let root = above.isEmpty ? "." : above
    if names.contains("migration.sql"), !MigrationNaming(path: first).version.isEmpty {
      return (tree.files(below: root).contains { ProjectPath.name($0) == "snapshot.json" } ? "Drizzle" : "Prisma", root)
    }
    if names.contains("up.sql"), !MigrationNaming(path: directory + "/up.sql").version.isEmpty {
      return (tree.has("diesel.toml") || tree.has("Cargo.toml") ? "Diesel" : "Hasura", root)
    }
    if directory == "supabase/migrations" || directory.hasSuffix("/supabase/migrations") {
      return ("Supabase", directory)
    }
    if names.contains(where: { $0.hasSuffix(".up.sql") }) {
      return (tree.has("Cargo.toml") ? "sqlx" : "golang-migrate", directory)
    }
    if names.contains(where: isFlyway) { return ("Flyway", directory) }
    if tree.has("\(directory)/meta/_journal.json") { return ("Drizzle", directory) }
    if let tool = files.lazy.compactMap({ tree.text($0) }).compactMap(markedTool).first { return (tool, directory) }
    return plain(files, in: directory).map { ($0, directory) }
  }

  private func isFlyway(_ name: String) -> Bool {
    let naming = MigrationNaming(path: name)
    return naming.isFlyway && naming.role != .repeatable
  }

  private func markedTool(_ text: String) -> String? {
    guard MigrationMarks(in: text) != nil else { return nil }
    for (mark, tool) in [("+goose", "goose"), ("migrate:up", "dbmate"), ("+migrate", "sql-migrate")] {
      if text.contains(mark) { return tool }
    }
    return "tern"
  }

  /// Files without marks: a directory for migrations whose files have versions.
  private func plain(_ files: [String], in directory: String) -> String? {
    let name = ProjectPath.name(directory).lowercased()
    guard ["migrate", "migration", "migrations"].contains(name) || tree.has("\(directory)/tern.conf") else {
      return nil
    }
    guard files.contains(where: { !MigrationNaming(path: $0).version.isEmpty }) else { return nil }
    if tree.has("\(directory)/tern.conf") { return "tern" }
    return tree.has("Cargo.toml") ? "sqlx" : "SQL files"
  }

  /// The name of another database that the migrations are for; nil for PostgreSQL.
  func otherDatabase(_ path: String, _ files: [String]) -> String? {
    if ProjectPath.isForOtherDatabase(path) { return "another database" }
    if let lock = tree.text("\(path)/migration_lock.toml"), let provider = quoted(after: "provider", in: lock) {
      return provider == "postgresql" || provider == "cockroachdb" ? nil : provider
    }
    if let journal = tree.text("\(path)/meta/_journal.json"), let dialect = quoted(after: "\"dialect\"", in: journal) {
      return ["pg", "postgresql"].contains(dialect) ? nil : dialect
    }
    return files.prefix(20).lazy.compactMap { tree.summary($0)?.otherDatabase }.first
  }

  private func quoted(after key: String, in text: String) -> String? {
    guard let start = text.firstRange(of: key)?.upperBound else { return nil }
    let parts = text[start...].prefix { $0 != "\n" }.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.count > 2 ? String(parts[1]) : nil
  }
}

/// The values of `${name}` in Flyway's files.
struct FlywayPlaceholders {
  let tree: ProjectTree

  /// The values that Flyway's configuration gives; a placeholder without one gets its own name, which is reported.
  func values(_ directory: MigrationDirectory, _ discovery: inout Discovery) -> [String: String] {
    let known = configured()
    var values: [String: String] = [:]
    for path in directory.files {
      guard let text = tree.text(path) else { continue }
      while values.count < 100 {
        let file = MigrationFile(path: path, name: path, naming: MigrationNaming(path: path), placeholders: values)
        guard let (line, name) = file.up(text).unknownPlaceholder, values[name] == nil else { break }
        values[name] = known[name] ?? name
        if known[name] == nil {
          discovery.unclear.append(
            Discovery.Remark(
              place: "\(path):\(line)", text: "the value of ${\(name)}: the manifest says '\(name)'; correct it there"))
        }
      }
    }
    return values
  }

  private func configured() -> [String: String] {
    var values: [String: String] = [:]
    for path in tree.files(named: "flyway.conf") + tree.files(named: "flyway.toml") {
      var isInside = false
      for line in (tree.text(path) ?? "").split(whereSeparator: \.isNewline) {
        let line = line.trimmed
        if line.hasPrefix("[") { isInside = line == "[flyway.placeholders]" }
        let parts = line.split(separator: "=", maxSplits: 1).map(\.trimmed)
        guard parts.count == 2, !line.hasPrefix("#") else { continue }
        let name = parts[0].hasPrefix("flyway.placeholders.") ? parts[0].dropFirst(20) : isInside ? parts[0][...] : ""
        if !name.isEmpty { values[String(name)] = parts[1].unquoted }
      }
    }
    return values
  }
}

extension StringProtocol {
  /// The text without blanks around it.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }

  /// The text without a pair of quotes around it.
  var unquoted: String {
    for quote: Character in ["\"", "'"] where count > 1 && first == quote && last == quote {
      return String(dropFirst().dropLast())
    }
    return String(self)
  }
}
