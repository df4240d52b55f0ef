import PlanCore
import Postgres
import YAML

/// The settings of `--base-settings`: a mapping like `settings:` of a manifest.
struct BaseSettings: Sendable {
  let file: String
  let values: [String: String]
  private let positions: [String: ManifestPosition]

  /// Settings that count while tables are analyzed, so that they need a database of their own.
  private static let ofStatistics = ["default_statistics_target"]

  init(_ path: String) throws(Diagnostic) {
    file = path
    let bytes = try readFile(path, "the settings")
    let text = String(decoding: bytes, as: UTF8.self)
    let root: YAMLNode
    do { root = try YAMLParser.parse(bytes) } catch {
      throw Diagnostic(error.message, file: path, mark: error.mark, source: text)
    }
    let source = ManifestSource(file: path, text: text)
    values = try source.settings(root, isSession: false)
    guard !values.isEmpty else {
      throw Diagnostic(
        "the file names no setting\nwrite settings like those of the manifest: work_mem: 64MB", file: path)
    }
    let marks = (root.mapping ?? []).map { entry in
      (entry.key.scalarText?.lowercased() ?? "", ManifestPosition(entry.key.mark, in: source))
    }
    positions = Dictionary(marks) { first, _ in first }
  }

  var label: StateLabel { StateLabel(file) }

  /// Captures the queries of a run under these settings.
  ///
  /// They are set in the sessions of its cases. Where one can only be set when a server starts, or counts while tables
  /// are analyzed, the base has a server of its own.
  func capture(beside database: DatabaseState, of run: GateRun) throws(Diagnostic) -> Capture {
    guard try fitSessions(of: database, isGiven: run.options.server != nil) else { return try state(of: run).capture() }
    var state = database
    state.label = label
    state.settings = values
    return try run.capture(of: state)
  }

  /// Whether sessions can have all of these settings.
  private func fitSessions(of database: DatabaseState, isGiven: Bool) throws(Diagnostic) -> Bool {
    var fit = true
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard !isGiven, BaseSettings.ofStatistics.contains(name) else {
        do {
          // A session of its own, so that no other has them.
          let connection = try database.server.connect(to: database.name)
          try connection.execute("SELECT pg_catalog.set_config($1, $2, false)", [name, value])
        } catch {
          // cant_change_runtime_param
          guard error.sqlState == "55P02" else { throw refusal(of: name, error.message) }
          if isGiven {
            throw refusal(
              of: name, "\(error.message)\nleave it out, or leave out --server: a server of its own can have it")
          }
          fit = false
        }
        continue
      }
      fit = false
    }
    return fit
  }

  private func refusal(of name: String, _ words: String) -> Diagnostic {
    at(name, Diagnostic("'\(name)' cannot be compared with: \(words)"))
  }

  /// An error at the line of a setting.
  private func at(_ name: String, _ error: Diagnostic) -> Diagnostic {
    let place = positions[name]
    return Diagnostic(
      error.message, file: file, line: place?.line, column: place?.column, sourceLine: place?.sourceLine)
  }

  /// The state on a server that starts with these settings.
  private func state(of run: GateRun) throws(Diagnostic) -> BaseState {
    var base = run
    base.manifest.configuration.settings.merge(values) { $1 }
    return BaseState(label: label, run: base, server: try run.installation(run.options.postgres.first).binaries) {
      error in
      let name = values.keys.first { error.message.hasPrefix("'settings' has '\($0)'") }
      return name.map { at($0, error) } ?? error
    }
  }
}
