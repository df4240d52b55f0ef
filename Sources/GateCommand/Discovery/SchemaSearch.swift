import OperatingSystem

/// Finds what makes the tables: migrations of the usual tools, else a file with the schema.
struct SchemaSearch {
  let tree: ProjectTree
  let sqlc: [SQLCConfiguration]
  /// The SQL files of the steps that were chosen.
  private(set) var files: [String] = []
  /// The SQL files that belong to some tool's migrations or schema, chosen or not.
  private(set) var taken: Set<String> = []
  /// The directories of projects whose migrations were left out for others.
  private(set) var otherProjects: [String] = []
  /// Whether a dump with rows takes the place of the migrations.
  private(set) var hasDump = false

  init(tree: ProjectTree, sqlc: [SQLCConfiguration]) {
    (self.tree, self.sqlc) = (tree, sqlc.filter(\.isPostgreSQL))
  }

  /// The SQL files that sqlc reads the schema from, but for those that hold queries as well.
  private var schemaOfQueries: [String] {
    sqlc.flatMap(\.schema).flatMap { path in
      tree.has(path) ? [path] : tree.files(below: path).filter { $0.hasSuffix(".sql") }
    }.filter { tree.text($0)?.contains("-- name:") == false }
  }

  mutating func search(_ discovery: inout Discovery) {
    let candidates = MigrationDirectory.all(of: tree)
    for candidate in candidates { taken.formUnion(candidate.files) }
    searchDumps(&discovery)
    choose(candidates, &discovery)
    if discovery.schema.isEmpty { CommandMigrations(tree: tree).search(&discovery) }
    if discovery.schema.isEmpty || hasDump { searchFiles(&discovery) }
    for path in tree.files where ProjectPath.name(path) == "schema.rb" && discovery.schema.isEmpty {
      discovery.unclear.append(
        Discovery.Remark(place: path, text: "Ruby: add {run: bin/rails db:schema:load}, or set schema_format = :sql"))
    }
  }

  // MARK: Migrations

  /// Takes one directory of migrations: the one that sqlc names, else the one nearest to the root.
  private mutating func choose(_ candidates: [MigrationDirectory], _ discovery: inout Discovery) {
    let usable = candidates.filter { $0.problem == nil }
    let named = Set(sqlc.flatMap(\.schema))
    // Of several directories none is better than the schema that the queries were written for.
    let hasSchema = usable.count > 1 && !schemaOfQueries.isEmpty
    let chosen =
      usable.first { named.contains($0.path) }
      ?? (hasSchema ? [] : usable).min { first, second in
        let depths = (first.path.split(separator: "/").count, second.path.split(separator: "/").count)
        return depths.0 == depths.1 ? first.files.count > second.files.count : depths.0 < depths.1
      }
    for candidate in candidates where candidate != chosen {
      let reason =
        candidate.problem ?? "the manifest takes \(chosen?.path ?? "sqlc's schema"); list it as a step if it belongs"
      discovery.leftOut.append(Discovery.Remark(place: candidate.path, text: "\(candidate.label); \(reason)"))
    }
    guard let chosen else { return }
    otherProjects = usable.filter { $0 != chosen }.map { parentDirectory(of: $0.path) }
      .filter { $0 != "." && !(chosen.path + "/").hasPrefix($0 + "/") }
    discovery.isSupabase = chosen.tool == "Supabase"
    if hasDump {
      discovery.leftOut.append(
        Discovery.Remark(
          place: chosen.path,
          text: "\(chosen.label); the dump has their tables. List those that are newer under migrations:"))
      return
    }
    files = chosen.files
    discovery.found.append(Discovery.Remark(place: chosen.path, text: chosen.label))
    for path in chosen.programs(in: tree) {
      discovery.unclear.append(
        Discovery.Remark(
          path, "a migration that only \(chosen.tool) itself can run; if it makes tables, run all by {run: …}"))
    }
    let placeholders = chosen.isFlyway ? FlywayPlaceholders(tree: tree).values(chosen, &discovery) : [:]
    discovery.schema = [.migrations(chosen.path, placeholders: placeholders)]
  }

  // MARK: Dumps

  /// Takes a dump that has tables and rows.
  private mutating func searchDumps(_ discovery: inout Discovery) {
    var dumps = tree.directoryDumps
    for path in tree.files where !ProjectPath.isTrial(path) && !taken.contains(path) {
      switch tree.format(of: path) {
      case .archive: dumps.append(path)
      case .compressed where SchemaSearch.isDumpName(path):
        // The rows of a seed are no dump of the whole.
        if !RowSearch.isCompressedScript(path) || !RowSearch.isRowName(path) { dumps.append(path) }
      case .script where path.hasSuffix(".sql") || SchemaSearch.isDumpName(path):
        guard tree.beginning(path, 400)?.contains("PostgreSQL database dump") == true,
          let summary = tree.summary(path)
        else { continue }
        // The rows of a large dump come after what was read of it.
        if !summary.tables.isEmpty, summary.hasRows || tree.isLarge(path) { dumps.append(path) }
      default: continue
      }
    }
    dumps.sort { ProjectPath.isNearer($0, $1) }
    // Rails' structure.sql holds the versions of migrations as rows.
    dumps.removeAll { ProjectPath.name($0) == "structure.sql" }
    taken.formUnion(dumps)
    guard let first = dumps.first else { return }
    hasDump = true
    files.append(first)
    discovery.schema.append(.file(first))
    discovery.found.append(Discovery.Remark(place: first, text: "a dump"))
    for other in dumps.dropFirst() {
      discovery.leftOut.append(Discovery.Remark(place: other, text: "a dump; the manifest takes \(first)"))
    }
  }

  private static func isDumpName(_ path: String) -> Bool {
    let name = ProjectPath.name(path).lowercased()
    return [".sql.", ".dump", ".pgdump", ".backup"].contains { name.contains($0) }
  }

  // MARK: Schema files

  /// Takes the schema that another file names, or one with a usual name.
  private mutating func searchFiles(_ discovery: inout Discovery) {
    var found = schemaOfQueries.map { (path: $0, text: "the schema that sqlc reads") }
    if found.isEmpty {
      for path in tree.files(named: "structure.sql").prefix(1) { found.append((path, "the schema of Rails")) }
    }
    if found.isEmpty {
      found = ComposeFile.all(of: tree).flatMap(\.initializers).flatMap { path in
        let paths = tree.has(path) ? [path] : tree.files(below: path).filter { $0.hasSuffix(".sql") }
        return paths.map { ($0, "run by the database's container when it is new") }
      }
    }
    if found.isEmpty {
      for name in ["schema.sql", "structure.sql", "init.sql"] {
        let paths = tree.files(named: name).filter { !ProjectPath.isTrial($0) && !ProjectPath.isForOtherDatabase($0) }
        if let path = paths.first { found.append((path, "a schema")) }
        if !found.isEmpty { break }
      }
    }
    for (path, text) in found where taken.insert(path).inserted {
      guard let summary = tree.summary(path) else { continue }
      if hasDump {
        discovery.leftOut.append(Discovery.Remark(place: path, text: "\(text); the dump has its tables"))
      } else if let problem = SchemaSearch.problem(summary) {
        discovery.leftOut.append(Discovery.Remark(place: path, text: problem))
      } else {
        files.append(path)
        discovery.schema.append(.file(path))
        discovery.found.append(Discovery.Remark(place: path, text: text))
      }
    }
  }

  /// Why a script is no step of a seed; nil if it can be one.
  static func problem(_ summary: SQLSummary) -> String? {
    if let database = summary.otherDatabase { return "for \(database)" }
    if summary.changesDatabase { return "creates or changes databases; plangate fills its own" }
    return nil
  }
}
