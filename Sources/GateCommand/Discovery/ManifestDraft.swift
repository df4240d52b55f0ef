import JSON

/// The manifest for what was found.
struct ManifestDraft {
  let place: ManifestPlace
  let discovery: Discovery

  /// The lines of the manifest.
  ///
  /// - Parameter withoutNewFiles: leaves out the steps whose files are yet to be written, so that the rest can be
  ///   loaded.
  func text(withoutNewFiles: Bool = false) -> String {
    var lines = header + seed(withoutNewFiles: withoutNewFiles) + roles + settings + queries
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }

  private var header: [String] {
    var lines = [
      "# yaml-language-server: $schema=\(StarterProject.schema)",
      "#",
      "# Written by plangate init from what it found. All paths are relative to this file. The reference:",
      "# https://github.com/\(StarterProject.repository)/blob/main/docs/manifest.md",
      "version: 1",
    ]
    if let baselines = place.baselines { lines.append("baselines: \(baselines)") }
    return lines + [""]
  }

  /// A path of the project as the manifest names it.
  private func path(_ path: String) -> String { YAMLText.scalar(path == "." ? ".." : "../\(path)") }

  // MARK: The seed

  private func seed(withoutNewFiles: Bool) -> [String] {
    var lines: [String] = []
    if discovery.isSupabase, !withoutNewFiles {
      lines.append("  - \(SupabasePrelude.fileName)                    # what Supabase's database has before them")
    }
    lines += discovery.schema.flatMap(step)
    lines += discovery.rows.map { "  - \(path(pathOrPattern($0)))" }
    if lines.isEmpty {
      return [
        "# The steps that fill the disposable database, in order: SQL files, dumps, {migrations: a directory}, commands.",
        "seed: []", "",
      ]
    }
    let comment = ["# The steps that fill the disposable database, in order."]
    let advice = [
      "  # Rows: a few thousand per table, skewed like production's; with fewer, PostgreSQL reads whole tables.",
      "  # plangate seed\(place.option) > \(place.directory)/\(ManifestPlace.rows) makes some:",
      "  # - \(ManifestPlace.rows)",
    ]
    return comment + ["seed:"] + lines + (discovery.lacksRows ? advice : []) + [""]
  }

  private func step(_ step: Discovery.Step) -> [String] {
    switch step {
    case .file(let file): return ["  - \(path(pathOrPattern(file)))"]
    case .migrations(let path, let placeholders) where placeholders.isEmpty:
      return ["  - migrations: \(directory(path))"]
    case .migrations(let path, let placeholders):
      return ["  - migrations:", "      files: \(directory(path))", "      placeholders:"]
        + placeholders.sorted { $0.key < $1.key }
        .map { "        \(YAMLText.scalar($0.key)): \(YAMLText.scalar($0.value))" }
    case .command(let command, let directory, let inputs):
      let place = shellQuoted(directory == "." ? ".." : "../\(directory)")
      return ["  - run: \(YAMLText.scalar("cd \(place) && \(command)"))", "    tcp: true", "    inputs:"]
        + inputs.map { "      - \(path($0))" }
    }
  }

  /// A directory of migrations; where its name would be a pattern, its files.
  private func directory(_ path: String) -> String {
    self.path(FilePattern.isPattern(path) ? escapedPattern(path) + "/*.sql" : path)
  }

  private var roles: [String] {
    guard !discovery.roles.isEmpty else { return [] }
    let list = YAMLText.list(discovery.roles)
    let comment = "# The roles that these files name and do not create; auto: all that they name in each run."
    if list.utf8.count < 110 { return [comment, "roles: \(list)", ""] }
    return [comment, "roles:"] + discovery.roles.map { "  - \(YAMLText.scalar($0))" } + [""]
  }

  private var settings: [String] {
    let lines = [
      "# Production's planner settings: plans depend on them.",
      "settings:",
      "  random_page_cost: 1.1             # SSD",
      "  # work_mem: 16MB",
      "  # effective_cache_size: 4GB",
    ]
    // Supabase's own, which migrations rely on.
    return lines + (discovery.isSupabase ? ["  search_path: '\"$user\", public, extensions'"] : []) + [""]
  }

  // MARK: Queries

  private var queries: [String] {
    guard !discovery.queries.isEmpty else { return ["queries:"] + example }
    return ["queries:"] + discovery.queries.flatMap(entry)
  }

  private func entry(_ group: Discovery.Queries) -> [String] {
    var lines = ["  # " + YAMLText.comment(group.label)]
    let patterns = group.patterns.map { path($0) }
    if patterns.count == 1 {
      lines.append("  - files: \(patterns[0])")
    } else {
      lines += ["  - files:"] + patterns.map { "      - \($0)" }
    }
    if let convention = group.convention { lines.append("    convention: \(convention)") }
    if !group.leftOut.isEmpty {
      lines.append("    except:")
      lines += group.leftOut.map { "      - \(YAMLText.scalar($0.name))    # \(YAMLText.comment($0.reason))" }
    }
    lines += ManifestDraft.namedValues(group) + session(isFirst: group.patterns == discovery.queries[0].patterns)
    for query in group.queries where query.positionalCount > 0 { lines += entry(query, group) }
    return lines + [""]
  }

  /// The entry of a query whose parameters have no names, and which therefore cannot share values with others.
  private func entry(_ query: Discovery.Queries.Query, _ group: Discovery.Queries) -> [String] {
    // A path here is no pattern.
    var lines = ["  - file: \(path(query.file))"]
    if !query.name.isEmpty { lines.append("    query: \(YAMLText.scalar(query.name))") }
    if let convention = group.convention { lines.append("    convention: \(convention)") }
    return lines + ManifestDraft.positionalValues(query) + session(isFirst: false)
  }

  // MARK: The places of values

  /// The line in which the values of a group's named parameters go.
  private static func namedValues(_ group: Discovery.Queries) -> [String] {
    var names: [String] = []
    for name in group.queries.flatMap(\.parameterNames) where !names.contains(name) { names.append(name) }
    guard !names.isEmpty else { return [] }
    let lines = names.map { name in "    #   \(YAMLText.comment(YAMLText.scalar(name))): …" }
    return ["    # params:                         # values for all of these that have the parameter"] + lines
  }

  /// The line in which the values of a query's `$1`, `$2` … go.
  private static func positionalValues(_ query: Discovery.Queries.Query) -> [String] {
    let count = query.positionalCount
    return [
      "    # params: [\(count > 3 ? "$1, $2, … $\(count)" : (1...count).map { "$\($0)" }.joined(separator: ", "))]"
    ]
  }

  /// The session of Supabase's queries, written once, or a hint where policies apply to a role.
  private func session(isFirst: Bool) -> [String] {
    if discovery.isSupabase {
      guard isFirst else { return ["    session: *user"] }
      let claims = "{\"sub\": \"00000000-0000-0000-0000-000000000000\", \"role\": \"authenticated\"}"
      return [
        "    session: &user                  # under row-level security; sub is a user that your rows have",
        "      role: authenticated",
        "      settings:",
        "        request.jwt.claims: '\(claims)'",
      ]
    }
    guard isFirst, discovery.hasPolicies, let role = discovery.roles.first else { return [] }
    let name = YAMLText.comment(YAMLText.scalar(role))
    return ["    # session: {role: \(name)}    # policies apply to roles, not to superusers"]
  }

  /// A query to start from where none was found.
  private var example: [String] {
    let table = discovery.tables.first { !$0.contains("migration") }
    let statement = table.map { "SELECT * FROM \($0) LIMIT 20" } ?? "SELECT 1"
    return [
      "  # No files with queries were found. List those that matter: each is one statement, here or in a file of its own.",
      "  # - {file: order_search.sql, params: {tenant: 7, term: lamp}}    # for :tenant and :term",
      "  - name: example",
      "    sql: \(YAMLText.scalar(statement))",
    ] + session(isFirst: true)
  }
}
