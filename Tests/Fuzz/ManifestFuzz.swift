import Foundation
import PlanCore

@testable import GateCommand

/// Manifests: each is loaded, or rejected with a message and a position inside the file.
struct ManifestFuzz: FuzzTarget {
  static let name = "manifests"

  private let corpus: [[UInt8]]
  private let mutator = Mutator(pieces: [
    ":", ": ", "- ", "\n", "\n  ", "\n- ", "#", "&a ", "*a", "!!str ", "!", "|", ">-", "'", "\"", "{", "}", "[", "]",
    ",",
    "~", "null", "true", "---\n", "...\n", "<<: ", "? ", "%YAML 1.2\n", "\\u0000", "\\x1b", "version: 1\n",
    "queries:\n",
    "rules: {seq-scan: warn}\n", "settings: {work_mem: 4MB}\n", "cases: {a: [1]}", "params: [1, ~]", "sql: SELECT $1",
    "name: a", "file: ../seed/01-schema.sql", "plan: both", "waive: [{rule: seq-scan, reason: x}]", "timeout: 1s",
    "seed: ['**/*.sql']", "run: 'true'", "inputs: [../seed]", "until: 2026-02-30", "roles: [a, a]", "*", "**", "../",
    "session: {role: x, settings: {}}", "types: {a: int}", ":a", "$99999999999", "threshold: 1e309",
  ])

  init() throws {
    corpus = [
      try Repository.bytes("queries/manifest.yml"), try Repository.bytes("Tests/CorpusTests/Corpus/manifest.yml"),
      Array(ManifestFuzz.everyKey.utf8),
    ]
  }

  /// The three manifests, and a small one twice as often.
  func input(using random: inout Random) -> [UInt8] {
    let base = random.oneIn(2) ? corpus[2] : random.pick(corpus)
    return mutator.mutated(base, with: random.pick(corpus), using: &random)
  }

  func problem(with input: [UInt8], in directory: URL) throws -> Problem? {
    // Deep enough that `../..` stays inside.
    let project = directory.appending(path: "a/b/c/d/e/f")
    if !FileManager.default.fileExists(atPath: project.path) {
      try FileManager.default.createDirectory(at: project, withIntermediateDirectories: true)
      for name in ["queries", "seed"] {
        try FileManager.default.copyItem(
          at: Repository.root.appending(path: name), to: project.appending(path: name))
      }
    }
    let path = project.appending(path: "queries/fuzz.yml").path
    try Data(input).write(to: URL(fileURLWithPath: path))
    let manifest: Manifest
    do throws(Diagnostic) { manifest = try Manifest.load(path, today: "2026-11-21") } catch {
      return ([error] + error.others).lazy.compactMap(wrong).first
    }
    let cases = manifest.queries.reduce(0) { $0 + $1.cases.count }
    if Set(manifest.queries.flatMap { query in query.cases.map(query.id) }).count != cases {
      return .fault("two cases have one name")
    }
    if cases == 0 { return .falsePass("there is nothing to check, and no error says so") }
    return nil
  }

  /// The problem with an error.
  private func wrong(_ error: Diagnostic) -> Problem? {
    if error.message.isEmpty { return .fault("an error without words") }
    if let scalar = controlCharacter(in: error.description) {
      return .fault("a control character (\(scalar.value)) in: \(error.message.debugDescription)")
    }
    guard let line = error.line else {
      return error.column == nil ? nil : .fault("a column without a line: \(error.message)")
    }
    guard let file = error.file, let bytes = FileManager.default.contents(atPath: file) else {
      return .fault("a line of no file: \(error.message)")
    }
    // Lines as YAML separates them.
    var lines = [0]
    var previous: Unicode.Scalar = " "
    for scalar in text(bytes).unicodeScalars {
      switch scalar {
      case "\n" where previous == "\r": break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lines.append(0)
      default: lines[lines.count - 1] += 1
      }
      previous = scalar
    }
    guard (1...lines.count + 1).contains(line) else {
      return .fault("line \(line) of \(lines.count): \(error.message)")
    }
    // Something missing at the end of a line is reported one position after it.
    let length = line <= lines.count ? lines[line - 1] : 0
    guard (1...length + 2).contains(error.column ?? 1) else {
      return .fault("column \(error.column ?? 0) of \(length), line \(line): \(error.message)")
    }
    return nil
  }

  /// Whether a text has the byte order mark of UTF-16, which libyaml honours.
  private func text(_ bytes: Data) -> String {
    let encoding: String.Encoding? =
      bytes.starts(with: [0xff, 0xfe]) ? .utf16LittleEndian : bytes.starts(with: [0xfe, 0xff]) ? .utf16BigEndian : nil
    return encoding.flatMap { String(data: bytes.dropFirst(2), encoding: $0) } ?? String(decoding: bytes, as: UTF8.self)
  }

  private static let everyKey = """
    version: 1
    locale: C.UTF-8
    encoding: UTF8
    timezone: Europe/Paris
    seed:
      - ../seed/*.sql
      - run: psql -c "SELECT 1"
        inputs: [../seed, 'order_*.sql']
    roles: [app, "odd role"]
    settings: &tuned {random_page_cost: 1.1, work_mem: 16MB, shared_buffers: 64MB}
    rules:
      seq-scan: {severity: fail, require: indexable}
      row-estimate: warn
      cost: {severity: off}
    statistics: whole
    timing: false
    timeout: 1min
    baselines: ../baselines
    queries:
      - file: order_page.sql
        params: {customer: 7, status: paid, after: ~}
      - name: typed
        sql: SELECT * FROM orders WHERE id = $1 AND note = $2
        types: [bigint, text]
        cases:
          typical: [42, "caf\\u00e9"]
          none: [null, '']
        plan: both
        session: {role: app, settings: {enable_hashjoin: "off"}}
      - name: folded
        timeout: 500ms
        sql: >-
          SELECT 'a:b', x::int, :name
          FROM "q:r"
        params: {name: x}
        rules: {seq-scan: off}
        waive:
          - {rule: nested-loop, relation: 'public.*', alias: o, reason: small, until: 2027-06-30}

    """
}
