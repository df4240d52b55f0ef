import OperatingSystem

/// Finds migrations that a program of the project runs: Alembic's and Django's.
struct CommandMigrations {
  let tree: ProjectTree

  func search(_ discovery: inout Discovery) {
    if !alembic(&discovery), !django(&discovery) { others(&discovery) }
  }

  // MARK: Alembic

  private func alembic(_ discovery: inout Discovery) -> Bool {
    let found = (tree.files(named: "alembic.ini") + tree.files(named: "pyproject.toml")).filter { path in
      !ProjectPath.isTrial(path) && (path.hasSuffix(".ini") || tree.text(path)?.contains("\n[tool.alembic]") == true)
    }
    guard let path = found.first, let text = tree.text(path) else { return false }
    let directory = CommandMigrations.parent(path)
    let location =
      CommandMigrations.setting("script_location", in: text)
      .map { $0.replacing("%(here)s/", with: "").replacing(":", with: "/") } ?? "alembic"
    let scripts = joined(directory, location)
    let revisions = tree.files(below: scripts).filter { $0.hasSuffix(".py") && $0.contains("/versions/") }
    guard !revisions.isEmpty else {
      discovery.leftOut.append(Discovery.Remark(place: path, text: "Alembic without revisions in \(scripts)"))
      return false
    }
    discovery.schema = [
      .command(
        "alembic upgrade head", in: directory, inputs: [pathOrPattern(path), "\(escapedPattern(scripts))/**/*.py"])
    ]
    discovery.found.append(
      Discovery.Remark(place: path, text: "\(CommandMigrations.count(revisions.count)) (Alembic)"))
    if let url = CommandMigrations.setting("sqlalchemy.url", in: text), url.contains("://"), !url.contains("%(") {
      if !followsEnvironment(tree.text("\(scripts)/env.py") ?? "") {
        discovery.unclear.append(
          Discovery.Remark(
            place: path, text: "sqlalchemy.url names a database: let \(scripts)/env.py take DATABASE_URL instead"))
      }
    }
    python(directory, besides: "alembic", &discovery)
    return true
  }

  /// Whether a program's text takes settings from its environment.
  private func followsEnvironment(_ text: String) -> Bool {
    ["environ", "getenv", "env(", "env.db", "import settings", "get_settings", "dj_database_url", "decouple"].contains(
      where: text.contains)
  }

  // MARK: Django

  private func django(_ discovery: inout Discovery) -> Bool {
    let found = tree.files(named: "manage.py").first { path in
      !ProjectPath.isTrial(path) && tree.text(path)?.contains("django") == true
    }
    guard let path = found else { return false }
    let directory = CommandMigrations.parent(path)
    let migrations = tree.files(below: directory).filter { file in
      file.hasSuffix(".py") && ProjectPath.folders(file).last == "migrations" && ProjectPath.name(file) != "__init__.py"
        && !ProjectPath.isTrial(file)
    }
    let folders = Set(migrations.map(CommandMigrations.parent)).sorted()
    discovery.schema = [
      .command(
        "python manage.py migrate --noinput", in: directory, inputs: folders.map { "\(escapedPattern($0))/*.py" })
    ]
    discovery.found.append(
      Discovery.Remark(place: path, text: "\(CommandMigrations.count(migrations.count)) of its own (Django)"))
    let settings = tree.files(below: directory).filter { file in
      file.hasSuffix(".py") && file.contains("settings") && !ProjectPath.isTrial(file)
    }
    if !settings.contains(where: { followsEnvironment(tree.text($0) ?? "") }) {
      discovery.unclear.append(
        Discovery.Remark(
          settings.first ?? path,
          "DATABASES names a database: let it follow DATABASE_URL, or PGHOST, PGUSER and PGDATABASE"))
    }
    python(directory, besides: "django", &discovery)
    return true
  }

  // MARK: Others

  /// Names what other programs would run.
  private func others(_ discovery: inout Discovery) {
    for (name, tool, command) in [
      ("mix.exs", "Ecto", "mix ecto.migrate"), ("Gemfile", "Rails", "bin/rails db:schema:load"),
      ("knexfile.js", "Knex", "npx knex migrate:latest"), ("knexfile.ts", "Knex", "npx knex migrate:latest"),
      ("artisan", "Laravel", "php artisan migrate --force"), (".sequelizerc", "Sequelize", "npx sequelize db:migrate"),
      ("sqitch.plan", "Sqitch", "sqitch deploy"), ("liquibase.properties", "Liquibase", "liquibase update"),
    ] {
      guard let path = tree.files(named: name).first(where: { !ProjectPath.isTrial($0) }), usesDatabase(path) else {
        continue
      }
      discovery.unclear.append(
        Discovery.Remark(
          place: path, text: "\(tool)'s migrations run by a command: add the step {run: cd … && \(command), tcp: true}")
      )
    }
  }

  /// Whether a project's file says that it has migrations.
  private func usesDatabase(_ path: String) -> Bool {
    let directory = CommandMigrations.parent(path)
    switch ProjectPath.name(path) {
    case "mix.exs": return tree.text(path)?.contains("ecto_sql") == true
    case "Gemfile": return tree.files(below: directory).contains { $0.contains("db/migrate/") && $0.hasSuffix(".rb") }
    default: return true
    }
  }

  // MARK: Python

  /// Notes what a job has to install before the command.
  private func python(_ directory: String, besides package: String, _ discovery: inout Discovery) {
    discovery.needsPython = true
    let prefix = directory == "." ? "" : directory + "/"
    for name in ["requirements.txt", "requirements-dev.txt"] where tree.has(prefix + name) {
      discovery.setUp = ["pip install -r \(shellQuoted(prefix + name))"]
      return
    }
    if tree.has(prefix + "pyproject.toml") || tree.has(prefix + "setup.py") {
      discovery.setUp = ["pip install \(shellQuoted("./" + (directory == "." ? "" : directory)))"]
    } else {
      discovery.setUp = ["pip install \(package) 'psycopg[binary]'"]
    }
  }

  private static func parent(_ path: String) -> String {
    let folders = ProjectPath.folders(path)
    return folders.isEmpty ? "." : folders.joined(separator: "/")
  }

  private static func count(_ number: Int) -> String { "\(number) migration\(number == 1 ? "" : "s")" }

  /// The value of a key in an INI or TOML file.
  private static func setting(_ key: String, in text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map(\.trimmed)
      if parts.count == 2, parts[0] == key { return parts[1].unquoted }
    }
    return nil
  }
}

/// A text as one word of a shell.
func shellQuoted(_ text: String) -> String {
  let isPlain =
    !text.isEmpty
    && text.utf8.allSatisfy { byte in
      byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5a || byte >= 0x61 && byte <= 0x7a
        || "._/-".utf8.contains(byte)
    }
  return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
}

/// A path as a pattern that matches it alone; see `FilePattern`.
func escapedPattern(_ path: String) -> String {
  path.map { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.joined()
}

/// A path as the manifest names one file where it also takes patterns.
func pathOrPattern(_ path: String) -> String { FilePattern.isPattern(path) ? escapedPattern(path) : path }
