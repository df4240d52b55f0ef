import TestSupport
import Testing

@testable import GateCommand

/// Invalid manifests, with the complete error messages.
struct Mistake: Sendable, CustomTestStringConvertible {
  let manifest: String
  let error: String

  /// - Parameter error: the message; if it omits the line and the caret, they are those of its position.
  init(_ manifest: String, _ error: String) {
    self.manifest = manifest
    let numbers = error.split(separator: ":").dropFirst().prefix(2).compactMap { Int($0) }
    let lines = manifest.split(separator: "\n", omittingEmptySubsequences: false)
    if !error.contains("\n"), numbers.count == 2, lines.indices.contains(numbers[0] - 1), !lines[numbers[0] - 1].isEmpty
    {
      let caret = String(repeating: " ", count: numbers[1] - 1) + "^"
      self.error = "\(error)\n  \(lines[numbers[0] - 1])\n  \(caret)"
    } else {
      self.error = error
    }
  }

  /// Replaces the lines of a query that begins on line 3.
  static func query(_ lines: String, _ error: String) -> Mistake {
    let indented = lines.split(separator: "\n").joined(separator: "\n    ")
    return Mistake("version: 1\nqueries:\n  - \(indented)\n", "queries/m.yml:\(error)")
  }

  /// Replaces the lines after the version, from line 2 on.
  static func top(_ lines: String, _ error: String) -> Mistake {
    Mistake("version: 1\n\(lines)\nqueries: [{file: a.sql}]\n", "queries/m.yml:\(error)")
  }

  var testDescription: String { error }

  func expect(_ sourceLocation: SourceLocation = #_sourceLocation) throws {
    let project = try Project(manifest: manifest)
    #expect(project.loadFailure() == error, sourceLocation: sourceLocation)
    let problems = try SchemaValidator.problems(of: manifest, .manifest)
    #expect(problems.isEmpty == isBeyondSchema, "\(problems)", sourceLocation: sourceLocation)
  }

  /// Errors that only the program can find: files, duplicate names, and texts and times that YAML accepts.
  private var isBeyondSchema: Bool {
    let words = [
      "no such file", "it is a directory", "a second query", "a second case", "the setting 'Work_Mem' appears twice",
      "version: 1.0\n", "timeout: 1e3\n", "timeout: 0.4ms\n", "timeout: 1441min\n",
    ]
    if words.contains(where: { error.contains($0) }) { return true }
    // The names of settings are known in lower case.
    let name = error.split(separator: "'").dropFirst().first.map(String.init) ?? ""
    let isKnown = ["is set by plangate itself", "the key 'timezone:'", "the key 'role:'"].contains(
      where: error.contains)
    let spelled = manifest.contains("TimeZone") || manifest.contains("ROLE")
    return isKnown && (name != name.lowercased() || spelled)
  }
}

@Suite struct ManifestFileTests {
  @Test func `a missing manifest names the option`() throws {
    #expect(
      try Project(manifest: "").loadFailure("queries/x.yml") == """
        queries/x.yml: error: cannot read the manifest: no such file
        plangate init writes a first one; --manifest FILE names another
        """)
    #expect(
      try Project(manifest: "").loadFailure("queries/m.yml/x.yml") == """
        queries/m.yml/x.yml: error: cannot read the manifest: no such file
        plangate init writes a first one; --manifest FILE names another
        """)
  }

  @Test func `a manifest that is a directory is an error`() throws {
    #expect(
      try Project(manifest: "").loadFailure("queries") == "queries: error: cannot read the manifest: it is a directory")
  }

  @Test(arguments: ["", "\n", "# nothing\n"])
  func `an empty manifest is an error`(text: String) throws {
    #expect(try Project(manifest: text).loadFailure() == "queries/m.yml: error: the file is empty")
  }

  @Test func `a manifest that is not UTF-8 is an error at the byte`() throws {
    let project = try Project(manifest: "")
    try project.write("queries/m.yml", bytes: Array("version: 1\nlocale: ".utf8) + [0xE9] + Array("t\n".utf8))
    #expect(
      project.loadFailure() == """
        queries/m.yml:2:10: error: invalid trailing UTF-8 octet (0x74)
          locale: \u{fffd}t
                   ^
        """)
  }

  @Test func `a missing query file is an error where the manifest names it`() throws {
    try Mistake.query(
      "file: gone.sql",
      """
      3:11: error: cannot read the query: no such file: queries/gone.sql
          - file: gone.sql
                  ^
      """
    ).expect()
  }

  @Test func `a query file that is a directory is an error where the manifest names it`() throws {
    try Mistake.query(
      "file: ../queries",
      """
      3:11: error: cannot read the query: it is a directory: queries
          - file: ../queries
                  ^
      """
    ).expect()
  }

  @Test func `a query file that is not UTF-8 is an error at its line`() throws {
    let project = try Project(manifest: "version: 1\nqueries: [{file: b.sql}]")
    try project.write("queries/b.sql", bytes: Array("SELECT '\u{fffd}'\n, '".utf8) + [0xE9] + Array("'\n".utf8))
    #expect(project.loadFailure() == "queries/b.sql:2: error: the file is not UTF-8")
  }

  @Test func `a query file with a NUL is an error at its line`() throws {
    let project = try Project(
      manifest: "version: 1\nqueries: [{file: b.sql}]", ["queries/b.sql": "SELECT 1\n\0; DROP TABLE a"])
    #expect(project.loadFailure() == "queries/b.sql:2: error: the file holds a NUL character")
  }

  @Test func `an alias bomb is an error within a short time`() throws {
    var lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for (name, inner) in zip("bcdefghi", "abcdefgh") {
      lines.append("\(name): &\(name) [" + Array(repeating: "*\(inner)", count: 10).joined(separator: ", ") + "]")
    }
    let started = ContinuousClock.now
    #expect(
      try Project(manifest: lines.joined(separator: "\n")).loadFailure() == """
        queries/m.yml:5:36: error: more than 100000 nodes with every alias expanded
          e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
                                             ^
        """)
    #expect(ContinuousClock.now - started < .seconds(5))
  }

  static let syntax = [
    Mistake(
      "version: 1\nqueries:\n\t- file: a.sql",
      """
      queries/m.yml:3:1: error: found a tab character that cannot start any token, indent with spaces
         - file: a.sql
        ^
      """),
    Mistake(
      "version: 1\nqueries: [{file: a.sql}]\nversion: 1",
      """
      queries/m.yml:3:1: error: duplicate key 'version', first on line 1
        version: 1
        ^
      """),
    Mistake(
      "version: 1\nsettings:\n  work_mem: 1MB\n  work_mem: 2MB",
      """
      queries/m.yml:4:3: error: duplicate key 'work_mem', first on line 3
          work_mem: 2MB
          ^
      """),
    Mistake(
      "version: 1\nqueries: [{file: a.sql}\n",
      """
      queries/m.yml:3:1: error: did not find expected ',' or ']' while parsing a flow sequence that starts on line 2
      """),
    Mistake(
      "version: 1\n---\nversion: 1",
      """
      queries/m.yml:2:1: error: a second document starts here; the file must hold only one
        ---
        ^
      """),
  ]

  @Test(arguments: syntax)
  func `broken YAML is an error with its position`(mistake: Mistake) throws { try mistake.expect() }
}

@Suite struct ManifestTopErrorTests {
  static let version = [
    Mistake(
      "queries: [{file: a.sql}]",
      """
      queries/m.yml:1:1: error: the manifest needs the key 'version'
        queries: [{file: a.sql}]
        ^
      """),
    Mistake(
      "version: 2\nqueries: [{file: a.sql}]",
      """
      queries/m.yml:1:10: error: this plangate reads manifests of version 1
        version: 2
                 ^
      """),
    Mistake(
      "version: 1.0\nqueries: [{file: a.sql}]",
      """
      queries/m.yml:1:10: error: this plangate reads manifests of version 1
        version: 1.0
                 ^
      """),
    Mistake(
      "version:\nqueries: [{file: a.sql}]",
      """
      queries/m.yml:1:9: error: 'version' must be text
        version:
                ^
      """),
    Mistake(
      "version: 1",
      """
      queries/m.yml:1:1: error: the manifest needs the key 'queries'
        version: 1
        ^
      """),
  ]

  @Test(arguments: version)
  func `a manifest needs version 1 and queries`(mistake: Mistake) throws { try mistake.expect() }

  static let unknownKeys = [
    Mistake.top("querys: []", "2:1: error: unknown key 'querys', did you mean 'queries'?"),
    .top("seeds: []", "2:1: error: unknown key 'seeds', did you mean 'seed'?"),
    .top("Version: 1", "2:1: error: unknown key 'Version', did you mean 'version'?"),
    .top("frobnicate: 1", "2:1: error: unknown key 'frobnicate'"),
    .top("<<: {seed: []}", "2:1: error: unknown key '<<'"),
    .top("rules: {seqscan: off}", "2:9: error: unknown key 'seqscan', did you mean 'seq-scan'?"),
    .top("rules: {timeout: off}", "2:9: error: unknown key 'timeout'"),
    .top(
      "rules: {row-estimate: {treshold: 5}}",
      """
      2:24: error: unknown key 'treshold', did you mean 'threshold'?
        rules: {row-estimate: {treshold: 5}}
                               ^
      """),
    .top(
      "rules: {seq-scan: {threshold: 5}}",
      "2:20: error: unknown key 'threshold'"),
    .query("file: a.sql\nparam: [1]", "4:5: error: unknown key 'param', did you mean 'params'?"),
    .query(
      "file: a.sql\nsession: {rol: a}",
      "4:15: error: unknown key 'rol', did you mean 'role'?"),
    .query(
      "file: a.sql\nwaive: [{rule: seq-scan, because: x}]",
      "4:30: error: unknown key 'because'"),
    .query(
      "file: a.sql\nrules: {seq_scan: off}",
      "4:13: error: unknown key 'seq_scan', did you mean 'seq-scan'?"),
  ]

  @Test(arguments: unknownKeys)
  func `an unknown key names the nearest word`(mistake: Mistake) throws { try mistake.expect() }

  static let wrongTypes = [
    Mistake("[version, 1]", "queries/m.yml:1:1: error: the manifest must be a mapping"),
    Mistake("version", "queries/m.yml:1:1: error: the manifest must be a mapping"),
    Mistake("version: 1\nqueries: a.sql", "queries/m.yml:2:10: error: 'queries' must be a sequence"),
    Mistake("version: 1\nqueries:", "queries/m.yml:2:9: error: 'queries' must be a sequence"),
    Mistake("version: 1\nqueries: []", "queries/m.yml:2:10: error: 'queries' lists no query"),
    Mistake("version: 1\nqueries: [a.sql]", "queries/m.yml:2:11: error: a query must be a mapping"),
    .top("locale: [C]", "2:9: error: 'locale' must be text"),
    .top("timezone: {a: b}", "2:11: error: 'timezone' must be text"),
    .top("encoding: ~", "2:11: error: 'encoding' must be text"),
    .top("baselines: [a]", "2:12: error: 'baselines' must be text"),
    .top("timeout: [1]", "2:10: error: 'timeout' must be text"),
    .top("seed: a.sql", "2:7: error: 'seed' must be a sequence"),
    .top("seed: {run: make}", "2:7: error: 'seed' must be a sequence"),
    .top("roles: app_user", "2:8: error: 'roles' must be a sequence"),
    .top("roles: [[a]]", "2:9: error: a role must be text"),
    .top("roles: [a, b, a]", "2:15: error: the role 'a' appears twice"),
    .top("rules: off", "2:8: error: 'rules' must be a mapping"),
    .top("settings: [a]", "2:11: error: 'settings' must be a mapping"),
    .top("settings: {search_path: [a, b]}", "2:25: error: 'search_path' must be text"),
    .top("settings: {work_mem: }", "2:22: error: 'work_mem' must be text"),
  ]

  static let choices = [
    Mistake.top("statistics: all", "2:13: error: 'statistics' is whole or sampled, not 'all'"),
    Mistake.top("seed-user: nobody", "2:12: error: 'seed-user' is server or root, not 'nobody'"),
    Mistake.top("seed-users: root", "2:1: error: unknown key 'seed-users', did you mean 'seed-user'?"),
    .top("timing: yes", "2:9: error: 'timing' is true or false, not 'yes'"),
    .top("timing: [true]", "2:9: error: 'timing' must be text"),
    .query("file: a.sql\ntypes: int", "4:12: error: 'types' must be a mapping"),
    .query("file: a.sql\ntypes: [[int]]", "4:13: error: a type must be text"),
    .query("file: a.sql\ntypes: {a: ~}", "4:16: error: 'a' must be text"),
  ]

  @Test(arguments: choices)
  func `an unknown choice or type is an error`(mistake: Mistake) throws { try mistake.expect() }

  @Test(arguments: wrongTypes)
  func `a value of the wrong type is an error`(mistake: Mistake) throws { try mistake.expect() }

  static let nulCharacters = [
    Mistake.top("locale: \"C\\0\"", "2:9: error: 'locale' holds a NUL character"),
    .top("settings: {a: \"\\0\"}", "2:15: error: 'a' holds a NUL character"),
    .top("roles: [\"a\\x00b\"]", "2:9: error: a role holds a NUL character"),
    .top("seed: [\"a\\0.sql\"]", "2:8: error: a seed step holds a NUL character"),
    .query("name: q\nsql: \"SELECT 1\\0\"", "4:10: error: 'sql' holds a NUL character"),
    .query("file: \"a.sql\\0.txt\"", "3:11: error: 'file' holds a NUL character"),
    .query(
      "file: a.sql\nparams: [1, \"\\0\"]",
      "4:17: error: a value holds a NUL character"),
    .query(
      "file: a.sql\nparams: {a: [[\"\\0\"]]}",
      "4:19: error: a value holds a NUL character"),
    .query(
      "file: a.sql\nsession: {role: \"\\0\"}",
      "4:21: error: 'role' holds a NUL character"),
  ]

  @Test(arguments: nulCharacters)
  func `a NUL character is an error, since PostgreSQL has none`(mistake: Mistake) throws { try mistake.expect() }

  @Test(arguments: [
    "soon", "0", "0s", "0.4ms", "-5s", "5 hours", "s", "1.2.3s", "5S", "1e3", "24h", "1441min", "½s", "\"\"",
  ])
  func `a timeout that is not a time is an error`(text: String) throws {
    let expected = "2:10: error: 'timeout' must be a time such as 30s, 500ms or 2min"
    try Mistake.top("timeout: \(text)", expected).expect()
  }
}
