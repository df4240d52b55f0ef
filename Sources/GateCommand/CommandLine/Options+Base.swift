/// The state that a command line compares with.
enum BaseChoice: Equatable, Sendable {
  /// A revision of the git repository.
  case revision(String)
  /// Another local server.
  case postgres(String)
  /// Other settings, in a file.
  case settings(String)
  /// Two plans in files, without any server.
  case plans(before: String, after: String)
}

extension Options {
  /// What `compare` compares with; nil if the command line does not say.
  var baseChoice: BaseChoice? {
    if let base { return .revision(base) }
    if let basePostgres { return .postgres(basePostgres) }
    if let baseSettings { return .settings(baseSettings) }
    return names.count == 2 ? .plans(before: names[0], after: names[1]) : nil
  }

  /// Refuses options of a comparison that do not go together.
  func checkBase() throws(Diagnostic) {
    if base != nil, postgres.count > 1 {
      throw Diagnostic("--base compares on one server: name one with --postgres")
    }
    guard command == .compare else { return }
    let given = [("--base", base), ("--base-postgres", basePostgres), ("--base-settings", baseSettings)]
      .compactMap { name, value in value.map { _ in name } }
    if given.count > 1 {
      throw Diagnostic("\(given.joined(separator: " and ")) name two states to compare with: only one can be given")
    }
    if basePostgres != nil, server != nil {
      throw Diagnostic(
        "--base-postgres starts a server for each state, --server names one that runs: only one of them can be given")
    }
    if case .plans = baseChoice, server != nil || !postgres.isEmpty {
      throw Diagnostic(
        "two files are compared without a server: leave out \(server == nil ? "--postgres" : "--server")")
    }
  }
}

extension Flag {
  /// The flags that name the state to compare with.
  static let bases = [base, basePostgres, baseSettings]

  static let base = Flag(
    name: "base", help: "the git revision to compare with, such as origin/main",
    details: "Its manifest, seed, migrations and queries are read with git and make a state of their own; nothing in "
      + "the repository changes. REV... is the merge base of REV and HEAD. A CI job must fetch the history (fetch-depth: "
      + "0). check judges queries without a baseline by their plans there, and says of a failure whether it was there.",
    reference: "[Against another state](ci.md#against-another-state)",
    effect: .sets("REV") { (options, text) throws(Diagnostic) in
      if text.hasPrefix("-") { throw Diagnostic("--base is a git revision, not '\(text)'") }
      options.base = text
    })

  static let basePostgres = Flag(
    name: "base-postgres", help: "the local PostgreSQL to compare with, a major or a directory",
    details: "Both servers are seeded alike. On another major only seq-scan and row-estimate can fail, all other rules "
      + "only warn.",
    effect: .sets("MAJOR|BINDIR") { options, text in options.basePostgres = text })

  static let baseSettings = Flag(
    name: "base-settings", help: "a YAML file with settings to compare with",
    details:
      "A mapping like settings: of the manifest. The base has the manifest's settings with these in their place.",
    effect: .sets("FILE") { options, path in options.baseSettings = path })
}
