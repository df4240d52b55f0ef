/// What `plangate init` found in a directory.
struct Discovery: Sendable {
  /// Something that was found and has a use, or one that has none.
  struct Remark: Equatable, Sendable {
    /// The path, with a line if there is one.
    let place: String
    let text: String
  }

  /// One step that brings the database's tables or rows about.
  enum Step: Equatable, Sendable {
    /// The migrations of a directory, with the values of Flyway's placeholders.
    case migrations(String, placeholders: [String: String])
    /// A file of the project.
    case file(String)
    /// A shell command, run in a directory of the project, and the patterns of what it depends on.
    case command(String, in: String, inputs: [String])
  }

  /// Queries that one entry of the manifest takes.
  struct Queries: Sendable {
    /// Patterns or paths, relative to the project's directory; see `FilePattern`.
    var patterns: [String]
    /// The path by which reports name them.
    var place = ""
    /// Such as `sqlc`; empty for plain files.
    var tool: String
    /// The value of `convention:`; nil where the marks say it.
    var convention: String?
    var queries: [Query] = []
    /// The queries that are no use, each with the reason.
    var leftOut: [(name: String, reason: String)] = []

    struct Query: Sendable {
      let file: String
      /// The name in the file; empty if the file holds one statement.
      let name: String
      let parameterNames: [String]
      let positionalCount: Int

      var needsValues: Bool { !parameterNames.isEmpty || positionalCount > 0 }
    }
  }

  /// A version of PostgreSQL, and what says so.
  struct Version: Equatable, Sendable {
    let major: Int
    let place: String
    /// The text that says it, such as an image.
    let source: String
    /// The smaller, the more it counts.
    let rank: Int
  }

  /// The steps that make the tables.
  var schema: [Step] = []
  /// The files with rows, after the tables.
  var rows: [String] = []
  var queries: [Queries] = []
  /// Those that were found, the one that counts first.
  var versions: [Version] = []
  /// The roles that the files name and do not create.
  var roles: [String] = []
  var extensions: Set<String> = []
  /// The tables that the files create, as SQL names them.
  var tables: [String] = []
  /// Whether the project is one of Supabase.
  var isSupabase = false
  var hasPolicies = false
  /// Whether the tables are made and nothing fills them.
  var lacksRows = false
  /// What has to be installed before a command of the schema can run: lines of a shell.
  var setUp: [String] = []
  var needsPython = false

  /// What the report lists, in order.
  var found: [Remark] = []
  var leftOut: [Remark] = []
  var unclear: [Remark] = []

  var isEmpty: Bool { schema.isEmpty && rows.isEmpty && queries.isEmpty }

  /// Queries that have parameters and thus need values.
  var needingValues: Int { queries.reduce(0) { $0 + $1.queries.count(where: \.needsValues) } }

  init() {}

  /// Looks at a directory.
  init(of tree: ProjectTree) {
    let configurations = SQLCConfiguration.all(of: tree)
    var schemas = SchemaSearch(tree: tree, sqlc: configurations)
    schemas.search(&self)
    RowSearch(tree: tree, schemas: schemas).search(&self)
    QuerySearch(tree: tree, sqlc: configurations, taken: schemas.taken.union(rows)).search(&self)
    VersionSearch(tree: tree).search(&self)
    summarize(tree, schemas.files)
    for path in tree.unreadable { unclear.append(Remark(path, "the directory cannot be read")) }
    if let limit = tree.limit { unclear.append(Remark(".", "\(limit): some were not looked at")) }
  }

  /// Notes roles, extensions and tables of the files that the manifest will run.
  private mutating func summarize(_ tree: ProjectTree, _ files: [String]) {
    var all = SQLSummary()
    var places: [String: String] = [:]
    for path in files + rows {
      guard let summary = tree.summary(path) else { continue }
      for role in summary.roles.missing where places[role] == nil { places[role] = path }
      all.add(summary)
    }
    roles = all.roles.missing.filter { $0.utf8.count <= 63 && $0 != "public" && $0 != "none" }
    if isSupabase { roles = Array(Set(roles).union(SupabasePrelude.roles)).sorted() }
    extensions = all.extensions
    tables = all.tables
    hasPolicies = all.hasPolicies
    let named = roles.filter { places[$0] != nil }
    if let place = named.compactMap({ places[$0] }).first {
      found.append(
        Remark(place: place, text: (named.count == 1 ? "the role " : "the roles ") + named.joined(separator: ", ")))
    }
    guard isSupabase else { return }
    let missing = all.schemas.intersection(["storage", "realtime", "vault", "cron", "net", "pgmq"]).sorted()
    if !missing.isEmpty {
      unclear.append(
        Remark(
          place: "supabase/migrations",
          text: "names \(missing.joined(separator: ", ")) of Supabase: add what the migrations need to supabase.sql"))
    }
  }
}
