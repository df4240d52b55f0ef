import PlanCore

/// Finds the queries that the application keeps in files.
struct QuerySearch {
  let tree: ProjectTree
  let sqlc: [SQLCConfiguration]
  /// The files that are something else.
  let taken: Set<String>

  func search(_ discovery: inout Discovery) {
    var groups: [Group] = []
    var seen = taken
    for path in SQLCConfiguration.files(of: tree) where !sqlc.contains(where: { $0.path == path }) {
      discovery.unclear.append(Discovery.Remark(path, "cannot be read as a configuration of sqlc"))
    }
    for configuration in sqlc {
      guard configuration.isPostgreSQL else {
        seen.formUnion(configuration.queries.flatMap(files))
        let paths = configuration.queries.joined(separator: ", ")
        if !paths.isEmpty {
          let text = "queries for \(configuration.engine): \(paths)"
          discovery.leftOut.append(Discovery.Remark(configuration.path, text))
        }
        continue
      }
      let all = configuration.queries.flatMap(files)
      let files = all.filter { seen.insert($0).inserted }
      let patterns = files == all ? configuration.queries.map(pattern) : nil
      groups.append(Group(patterns: patterns, files: files, tool: "sqlc"))
    }
    groups += marked(besides: seen)
    for group in groups { seen.formUnion(group.files) }
    groups += plain(besides: seen)
    groups += sqlx()
    for group in groups where !group.files.isEmpty { take(group, &discovery) }
  }

  /// Files that one entry of the manifest may take.
  private struct Group {
    /// The patterns that stand for exactly these files; nil to list them.
    var patterns: [String]?
    let files: [String]
    let tool: String
    var convention: String?
  }

  // MARK: Kinds

  /// The files of a path of sqlc: a file, a pattern, or the SQL files directly in a directory.
  private func files(_ path: String) -> [String] {
    if tree.has(path) { return [path] }
    if FilePattern.isPattern(path) { return tree.files.filter { isPath($0, matching: path) } }
    return tree.files(ending: ".sql").filter { ProjectPath.folders($0).joined(separator: "/") == path }
  }

  private func isPath(_ path: String, matching pattern: String) -> Bool {
    let (parts, wanted) = (path.split(separator: "/"), pattern.split(separator: "/"))
    return parts.count == wanted.count && zip(parts, wanted).allSatisfy { isGlob(String($1), matching: String($0)) }
  }

  private func pattern(_ path: String) -> String {
    if tree.has(path) || FilePattern.isPattern(path) { return tree.has(path) ? pathOrPattern(path) : path }
    return escapedPattern(path) + "/*.sql"
  }

  /// Files with `-- name: …`, by directory.
  private func marked(besides seen: Set<String>) -> [Group] {
    let found = tree.files(ending: ".sql").filter { path in
      guard !seen.contains(path), !ProjectPath.isTrial(path), !ProjectPath.isForOtherDatabase(path),
        let text = tree.text(path), text.contains("name")
      else { return false }
      return (try? QueryFile(path, text, nil, nil))?.hasMarks ?? hasMark(text)
    }
    return grouped(found, besides: seen) { files in
      for path in files {
        guard let text = tree.text(path), let file = try? QueryFile(path, text, nil, nil), file.hasMarks else {
          continue
        }
        switch file.convention {
        case .sqlc: return "sqlc"
        case .hugsql: return "HugSQL"
        case .pugsql: return "PugSQL"
        default: break
        }
        break
      }
      return isYesql ? "yesql" : tree.files(ending: ".go").isEmpty ? "aiosql" : "goyesql"
    }
  }

  /// Whether a file that cannot be read as one of queries is meant as one.
  private func hasMark(_ text: String) -> Bool {
    text.linesOfScalars.contains { $0.hasPrefix("-- name:") || $0.hasPrefix("-- :name ") }
  }

  private var isYesql: Bool {
    ["project.clj", "deps.edn"].contains { tree.text($0)?.contains("yesql") == true }
  }

  /// Files of one statement in a directory for queries.
  private func plain(besides seen: Set<String>) -> [Group] {
    let found = tree.files(ending: ".sql").filter { path in
      let folders = ProjectPath.folders(path)
      let isPlace = folders.contains { ["queries", "query"].contains($0.lowercased()) }
      guard isPlace || folders.suffix(2) == ["prisma", "sql"], !seen.contains(path), !ProjectPath.isTrial(path),
        !ProjectPath.isForOtherDatabase(path), let text = tree.text(path), SQLSummary(text).statementCount == 1
      else { return false }
      return true
    }
    return grouped(found, besides: seen) { files in files[0].contains("prisma/sql/") ? "Prisma TypedSQL" : "" }
  }

  /// The files by directory; where a directory holds no other SQL files, a pattern stands for them.
  private func grouped(_ files: [String], besides seen: Set<String>, tool: ([String]) -> String) -> [Group] {
    let all = Dictionary(grouping: tree.files(ending: ".sql")) { ProjectPath.folders($0).joined(separator: "/") }
    return Dictionary(grouping: files) { ProjectPath.folders($0).joined(separator: "/") }.sorted { $0.key < $1.key }
      .map { directory, files in
        let isWhole = all[directory]?.count == files.count && !directory.isEmpty
        let tool = tool(files)
        var group = Group(
          patterns: isWhole ? [escapedPattern(directory) + "/*.sql"] : nil, files: files, tool: tool)
        if tool == "yesql" { group.convention = "yesql" }
        return group
      }
  }

  private func sqlx() -> [Group] {
    let files = tree.files(ending: ".json").filter { path in
      ProjectPath.folders(path).last == ".sqlx" && ProjectPath.name(path).hasPrefix("query-")
    }
    return Dictionary(grouping: files) { ProjectPath.folders($0).joined(separator: "/") }.sorted { $0.key < $1.key }
      .map { Group(patterns: [escapedPattern($0) + "/query-*.json"], files: $1, tool: "sqlx") }
  }

  // MARK: Reading

  /// How many queries that have no plan are named in the report.
  private static let mostNamed = 5

  private func take(_ group: Group, _ discovery: inout Discovery) {
    let reader = QueryGroupReader(tree: tree, convention: group.convention.flatMap(QueryConvention.init))
    var unreadable = false
    var found = Discovery.Queries(patterns: [], tool: group.tool, convention: group.convention)
    var files: [String] = []
    for path in group.files {
      if let problem = reader.read(path, &found) {
        unreadable = true
        discovery.leftOut.append(Discovery.Remark(path, problem))
      } else {
        files.append(path)
      }
    }
    guard !found.queries.isEmpty else { return }
    found.patterns = unreadable ? files.map(pathOrPattern) : group.patterns ?? files.map(pathOrPattern)
    found.place = found.patterns.count == 1 ? found.patterns[0] : commonDirectory(files)
    discovery.found.append(Discovery.Remark(found.place, found.label))
    for (name, reason) in found.leftOut.prefix(QuerySearch.mostNamed) {
      discovery.leftOut.append(Discovery.Remark(found.place, "\(name): \(reason)"))
    }
    let more = found.leftOut.count - QuerySearch.mostNamed
    if more > 0 {
      discovery.leftOut.append(
        Discovery.Remark(found.place, "\(more) more, which the manifest lists with their reasons under except:"))
    }
    discovery.queries.append(found)
  }

  private func commonDirectory(_ files: [String]) -> String {
    let folders = files.map(ProjectPath.folders)
    let common = folders.dropFirst().reduce(folders.first ?? []) { common, next in
      zip(common, next).prefix { $0 == $1 }.map(\.0)
    }
    return common.isEmpty ? "." : common.joined(separator: "/")
  }
}

extension Discovery.Queries {
  /// Such as `5 queries (sqlc), 3 of them need values`.
  var label: String {
    let count = queries.count
    let needing = queries.count(where: \.needsValues)
    let values =
      needing == 0
      ? ""
      : count == 1
        ? ", which needs values"
        : needing == count
          ? ", all need values" : ", \(needing) of them need\(needing == 1 ? "s" : "") values"
    return "\(count) quer\(count == 1 ? "y" : "ies")" + (tool.isEmpty ? "" : " (\(tool))") + values
  }
}
