import PlanCore

/// The manual page in roff (the macros of man(7)), from the tables of commands and flags.
struct ManPage {
  let commands: [Subcommand]

  var text: String {
    (head + commandEntries + options + files + environment + exitStatus + examples).joined(separator: "\n") + "\n"
  }

  private var head: [String] {
    [
      ".TH PLANGATE 1 \"\(Release.day)\" \"plangate \(Release.version)\" \"User Commands\"",
      // No hyphenation: commands are there to be pasted.
      ".nh", ".ad l",
      ".SH NAME", "plangate \\- fails a pull request when a PostgreSQL plan regresses",
      ".SH SYNOPSIS", ".nf",
    ] + commands.map { bold($0.usage) } + [
      ".fi", ".SH DESCRIPTION",
      prose(
        "plangate makes a disposable PostgreSQL server, seeds it, runs EXPLAIN ANALYZE on the queries of a manifest and "
          + "compares the plans with baselines that are committed beside the code. An index scan that became a "
          + "sequential scan fails, and so does a row estimate that went wrong."),
    ]
  }

  private var commandEntries: [String] {
    [".SH COMMANDS"]
      + commands.flatMap { command in
        [".TP", bold(String(command.usage.dropFirst("plangate ".count))), prose(sentence(command.summary))]
          + [prose(command.details)]
      }
  }

  private var options: [String] {
    [".SH OPTIONS"]
      + Flag.all.flatMap { flag in
        let label = flag.spellings.map { bold($0) }.joined(separator: ", ")
        let names = commands.filter { $0.flags.contains { $0.name == flag.name } }.map(\.name)
        return [
          ".TP", label + (flag.value.map { " \\fI\(escaped($0))\\fR" } ?? ""), prose(sentence(flag.help)),
          prose(flag.details), prose("Of: \(names.joined(separator: ", "))."),
        ].filter { !$0.isEmpty }
      }
      + Help.general.flatMap { option in
        [".TP", option.spellings.map { bold($0) }.joined(separator: ", "), prose(sentence(option.help))]
      }
  }

  private func entries(_ title: String, _ rows: [(label: String, text: String)]) -> [String] {
    [".SH \(title)"] + rows.flatMap { [".TP", bold($0.label), prose($0.text)] }
  }

  private var files: [String] {
    entries(
      "FILES",
      [
        ("queries/manifest.yml", "The list of queries, the seed, the settings and the rules."),
        ("baselines/NAME.plan", "The accepted plans of a query, and the facts that they depend on."),
        ("baselines/MAJOR/", "The baselines of that major version of PostgreSQL, where the directory exists."),
      ])
  }

  private var environment: [String] {
    entries(
      "ENVIRONMENT",
      [
        ("NO_COLOR", "The output has no colour when this is set and not empty."),
        ("COLUMNS", "The width of the report where there is no terminal, from 40 to 1000; 100 when it is not set."),
        (
          "PLANGATE_CACHE_DIR, PLANGATE_CACHE_SIZE",
          "Where seeded clusters are kept (default: ~/.cache/plangate), and how much of them (default: 5GB)."
        ),
        ("TMPDIR", "The server's files while it runs."),
        ("PATH", "Searched for PostgreSQL's programs, besides their usual places."),
        (
          "PG*, DATABASE_URL",
          "Cleared, and set for the commands of a seed alone. With --server '' libpq's PG* variables name the server."
        ),
      ])
  }

  private var exitStatus: [String] {
    entries("EXIT STATUS", Help.exitStatuses.map { ($0.code, sentence($0.meaning)) })
  }

  private var examples: [String] {
    [".SH EXAMPLES", ".nf"]
      + commands.filter(\.seedsServer).sorted { $0.name < $1.name }.flatMap { command in
        command.examples.map { escaped($0) }
      } + [".fi"]
  }

  // MARK: roff

  private func bold(_ text: String) -> String { "\\fB\(escaped(text))\\fR" }

  /// A paragraph: each sentence begins a line, and no line is long.
  private func prose(_ text: String) -> String {
    text.replacing(". ", with: ".\n").split(separator: "\n").flatMap { String($0).wrapped(72) }.map(escaped)
      .joined(separator: "\n")
  }

  private func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  /// A text without requests and escapes of roff, which keeps its own characters when it is pasted.
  func escaped(_ text: String) -> String {
    let characters: [Character: String] = [
      "\\": "\\(rs", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", "\"": "\\(dq",
    ]
    let body = text.map { characters[$0] ?? String($0) }.joined()
    return body.hasPrefix(".") ? "\\&" + body : body
  }
}
