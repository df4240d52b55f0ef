import PlanCore

/// The manual page in roff (the macros of man(7)), from the tables of commands and flags.
enum ManPage {
  static var text: String {
    (head + commands + options + files + environment + exitStatus + examples).joined(separator: "\n") + "\n"
  }

  private static var head: [String] {
    [
      ".TH PLANGATE 1 \"\(Release.day)\" \"plangate \(Release.version)\" \"User Commands\"",
      // A command that is to be pasted shall not be hyphenated.
      ".nh", ".ad l",
      ".SH NAME", "plangate \\- fails a pull request when a PostgreSQL plan regresses",
      ".SH SYNOPSIS", ".nf",
    ] + CommandName.allCases.map { bold($0.usage) } + [
      ".fi", ".SH DESCRIPTION",
      prose(
        "plangate makes a disposable PostgreSQL server, seeds it, runs EXPLAIN ANALYZE on the queries of a manifest and "
          + "compares the plans with baselines that are committed beside the code. An index scan that became a "
          + "sequential scan fails, and so does a row estimate that went wrong."),
    ]
  }

  private static var commands: [String] {
    [".SH COMMANDS"]
      + CommandName.allCases.flatMap { command in
        [".TP", bold(String(command.usage.dropFirst("plangate ".count))), prose(sentence(command.summary))]
          + [prose(command.details)]
      }
  }

  private static var options: [String] {
    [".SH OPTIONS"]
      + Flag.all.flatMap { flag in
        let label = flag.spellings.map { bold($0) }.joined(separator: ", ")
        let commands = CommandName.allCases.filter { flag.commands.contains($0) }.map(\.rawValue)
        return [
          ".TP", label + (flag.value.map { " \\fI\(escaped($0))\\fR" } ?? ""), prose(sentence(flag.help)),
          prose(flag.details), prose("Of: \(commands.joined(separator: ", "))."),
        ].filter { !$0.isEmpty }
      }
      + Help.general.flatMap { option in
        [".TP", option.spellings.map { bold($0) }.joined(separator: ", "), prose(sentence(option.help))]
      }
  }

  private static func entries(_ title: String, _ rows: [(label: String, text: String)]) -> [String] {
    [".SH \(title)"] + rows.flatMap { [".TP", bold($0.label), prose($0.text)] }
  }

  private static let files = entries(
    "FILES",
    [
      ("queries/manifest.yml", "The list of queries, the seed, the settings and the rules."),
      ("baselines/NAME.plan", "The accepted plans of a query, and the facts that they rest on."),
      ("baselines/MAJOR/", "Where it exists, the baselines of that major version of PostgreSQL."),
    ])

  private static let environment = entries(
    "ENVIRONMENT",
    [
      ("NO_COLOR", "When it is set and not empty, the output has no colour."),
      ("COLUMNS", "The width of the report where there is no terminal, from 40 to 1000; 100 when it is not set."),
      (
        "PLANGATE_CACHE_DIR, PLANGATE_CACHE_SIZE",
        "Where seeded clusters are kept (default: ~/.cache/plangate), and how much of them (default: 5GB)."
      ),
      ("TMPDIR", "Where the server's files are, as long as it runs."),
      ("PATH", "Where PostgreSQL's programs are looked for, besides their usual places."),
      (
        "PG*, DATABASE_URL",
        "Are cleared, and set for the commands of a seed alone. With --server '' libpq's PG* say which server it is."
      ),
    ])

  private static let exitStatus = entries("EXIT STATUS", Help.exitStatuses.map { ($0.code, sentence($0.meaning)) })

  private static var examples: [String] {
    [".SH EXAMPLES", ".nf"]
      + CommandName.running.sorted { $0.rawValue < $1.rawValue }.flatMap { command in
        command.examples.map { escaped($0) }
      } + [".fi"]
  }

  // MARK: roff

  private static func bold(_ text: String) -> String { "\\fB\(escaped(text))\\fR" }

  /// A paragraph: each sentence begins a line, and no line is long.
  private static func prose(_ text: String) -> String {
    text.replacing(". ", with: ".\n").split(separator: "\n").flatMap { String($0).wrapped(72) }.map(escaped)
      .joined(separator: "\n")
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  /// Nothing in the text is taken for a request or an escape, and what is to be pasted keeps its own characters.
  static func escaped(_ text: String) -> String {
    let characters: [Character: String] = [
      "\\": "\\(rs", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", "\"": "\\(dq",
    ]
    let body = text.map { characters[$0] ?? String($0) }.joined()
    return body.hasPrefix(".") ? "\\&" + body : body
  }
}
