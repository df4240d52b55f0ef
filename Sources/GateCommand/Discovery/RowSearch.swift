/// Finds the files whose rows fill the tables.
struct RowSearch {
  let tree: ProjectTree
  let schemas: SchemaSearch

  private static let words: Set<Substring> = [
    "data", "demo", "dev", "development", "fixture", "fixtures", "rows", "sample", "samples", "seed", "seeds",
    "testdata",
  ]

  private static let folders: Set<Substring> = [
    "fixture", "fixtures", "sample-data", "sample_data", "samples", "seed", "seed-data", "seed_data", "seeds",
  ]

  func search(_ discovery: inout Discovery) {
    var found: [String] = []
    let tables = Set(schemas.files.flatMap { tree.summary($0)?.tables ?? [] })
    for path in tree.files where isCandidate(path) {
      if path.hasSuffix(".sql") || RowSearch.isCompressedScript(path) {
        if let problem = problem(path, tables) {
          if !problem.isEmpty { discovery.leftOut.append(Discovery.Remark(place: path, text: problem)) }
        } else {
          found.append(path)
        }
      } else if !ProjectPath.isTrial(path) {
        note(path, &discovery)
      }
    }
    if found.contains(where: { !ProjectPath.isTrial($0) }) {
      for path in found where ProjectPath.isTrial(path) {
        discovery.leftOut.append(Discovery.Remark(place: path, text: "rows for tests"))
      }
      found.removeAll(where: ProjectPath.isTrial)
    }
    if schemas.hasDump {
      for path in found {
        discovery.leftOut.append(Discovery.Remark(place: path, text: "rows; the dump has its own"))
      }
      return
    }
    discovery.rows = found.sorted {
      MigrationNaming.isBefore((MigrationNaming(path: $0), $0), (MigrationNaming(path: $1), $1))
    }
    for path in discovery.rows { discovery.found.append(Discovery.Remark(place: path, text: "rows")) }
    let hasRows = !found.isEmpty || schemas.files.contains { tree.summary($0)?.hasRows == true }
    discovery.lacksRows = !discovery.schema.isEmpty && !hasRows
    if discovery.lacksRows {
      discovery.unclear.append(
        Discovery.Remark("rows", "none found: without a few thousand per table, PostgreSQL reads whole tables"))
    }
  }

  private func isCandidate(_ path: String) -> Bool {
    guard !schemas.taken.contains(path), !ProjectPath.isForOtherDatabase(path) else { return false }
    let folders = ProjectPath.folders(path)
    if folders.contains(".github") || schemas.otherProjects.contains(where: { path.hasPrefix($0 + "/") }) {
      return false
    }
    let isInside = folders.last.map { RowSearch.folders.contains(Substring($0.lowercased())) } ?? false
    return isInside || RowSearch.isRowName(path)
  }

  /// Whether a file is called as those with rows are.
  static func isRowName(_ path: String) -> Bool {
    let parts = ProjectPath.stem(path).lowercased().split { "_-. ".contains($0) }
    return parts.contains(where: words.contains)
  }

  static func isCompressedScript(_ path: String) -> Bool { ProjectPath.name(path).contains(".sql.") }

  /// Why a file of SQL is no step; empty if it is not about rows at all, nil if it is one.
  private func problem(_ path: String, _ tables: Set<String>) -> String? {
    if case .compressed = tree.format(of: path) { return nil }
    guard let summary = tree.summary(path) else { return tree.textProblem(path) }
    let text = tree.text(path) ?? ""
    if text.contains("-- name:") || text.contains("-- :name ") || !summary.hasRows { return "" }
    if let problem = SchemaSearch.problem(summary) { return problem }
    if hasParameters(text) { return "" }
    return tables.isDisjoint(with: summary.tables) ? nil : "creates tables that the migrations create as well"
  }

  /// Whether it is a query with parameters rather than a script.
  private func hasParameters(_ text: String) -> Bool {
    let statement = TranslatedStatement(text, QueryConvention.statements.placeholders)
    return statement.positionalCount > 0
  }

  /// Notes rows that need a decision.
  private func note(_ path: String, _ discovery: inout Discovery) {
    let name = ProjectPath.name(path).lowercased()
    if name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
      discovery.unclear.append(
        Discovery.Remark(path, "rows of a table: add the step {csv: the file, table: its table}"))
    } else if ["seed.ts", "seed.js", "seeds.rb", "seed.py", "seeds.exs", "seed.rb"].contains(name) {
      discovery.unclear.append(Discovery.Remark(path, "a program that makes rows: add {run: the command that runs it}"))
    }
  }
}

extension Discovery.Remark {
  init(_ place: String, _ text: String) { self.init(place: place, text: text) }
}
