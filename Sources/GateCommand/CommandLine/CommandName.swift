import JSON

/// The commands of plangate. This table and that of the flags drive parsing, help, the man page and the completions.
package enum CommandName: String, CaseIterable, Sendable {
  case check, record, explain, stability, merge, cache
  case initialize = "init"
  case completions, man, help

  /// What a command takes besides options.
  enum Operand: Sendable {
    case nothing
    /// Names of queries, any number.
    case queries
    /// A query, or a case of one.
    case queryOrCase
    /// JSON reports, any number.
    case reports
    case command
    case shell
    case cacheAction
  }

  /// One line, lower case, without a full stop.
  var summary: String {
    switch self {
    case .check: "seed, plan and run every query, compare with the baselines, report"
    case .record: "seed, plan and run every query, and write the baselines of what differs"
    case .explain: "show the plan of one query as it is now"
    case .stability: "re-seed and re-plan several times and list the cases whose plan flips, or nearly does"
    case .merge: "join the JSON reports of the shards of one check into one report"
    case .cache: "list the seeded clusters that are kept for later runs, or remove them"
    case .initialize: "write a first manifest, seed, query and workflow into this directory"
    case .completions: "print the completions of a shell"
    case .man: "print the manual page"
    case .help: "show this text, or the options of a command"
    }
  }

  /// Whether the command makes a server unless one is given.
  var makesServer: Bool {
    switch self {
    case .check, .record, .explain, .stability: true
    case .merge, .cache, .initialize, .completions, .man, .help: false
    }
  }

  var usage: String {
    switch self {
    case .check: "plangate check [options] [query ...]"
    case .record: "plangate record [options] [query ...]"
    case .explain: "plangate explain [options] query[@case]"
    case .stability: "plangate stability [options] [query ...]"
    case .merge: "plangate merge [options] report.json ..."
    case .cache: "plangate cache \(CacheAction.allCases.map(\.rawValue).joined(separator: "|"))"
    case .initialize: "plangate init [options]"
    case .completions: "plangate completions \(Shell.allCases.map(\.rawValue).joined(separator: "|"))"
    case .man: "plangate man"
    case .help: "plangate help [command]"
    }
  }

  /// What there is to know beyond the summary, in whole sentences.
  var details: String {
    switch self {
    case .check:
      "Makes a disposable PostgreSQL server, seeds it, runs EXPLAIN ANALYZE on every case of the manifest and compares "
        + "the plans with the committed baselines. Nothing is left behind but the cache of seeded databases. Names of "
        + "queries may be globs; none means all."
    case .record:
      "Writes the baselines of what differs, a file a query, and prints what it accepts. A file whose plans are the same "
        + "in substance is left alone. Read the files and commit them."
    case .explain: "Shows all cases of a query, or the one that is named after the @."
    case .stability:
      "Lets ANALYZE take its random samples, and every second time puts the rows into another order. What flips here is "
        + "fragile in production too."
    case .merge:
      "A shard that is missing, ended early or is there twice, or a report of another run, makes the whole unchecked, and "
        + "is named. The cases come in the manifest's order."
    case .cache:
      "Clusters are kept in PLANGATE_CACHE_DIR, else in plangate under XDG_CACHE_HOME or ~/.cache, up to "
        + "PLANGATE_CACHE_SIZE (default: 5GB). What was not used for the longest time goes first. clear removes all, and "
        + "waits for runs that are in the middle of copying one."
    case .initialize:
      "What it writes works at once: plangate record, then plangate check. A file that is there is left alone; where there "
        + "is a manifest, only the workflow is written."
    case .completions:
      "The script completes commands, options, their values and the names of queries, which it takes from the manifest. "
        + "bash: source <(plangate completions bash). zsh: plangate completions zsh > ~/.zfunc/_plangate, in a directory of "
        + "$fpath. fish: plangate completions fish > ~/.config/fish/completions/plangate.fish."
    case .man: "In roff, on standard output: plangate man | man -l -"
    case .help: "Without a command it lists the commands."
    }
  }

  var examples: [String] {
    switch self {
    case .check:
      [
        "plangate check", "plangate check 'order*'", "plangate check --junit plangate.xml",
        "plangate check --postgres 16 --strict",
      ]
    case .record: ["plangate record", "plangate record orders_by_customer", "plangate record --prune"]
    case .explain: ["plangate explain orders_by_customer", "plangate explain orders_by_customer@whale"]
    case .stability: ["plangate stability --runs 10"]
    case .merge: ["plangate merge --junit plangate.xml shard-*.json"]
    case .cache: ["plangate cache list", "plangate cache clear"]
    case .initialize: ["plangate init", "plangate record", "plangate check"]
    case .completions: ["plangate completions bash > /etc/bash_completion.d/plangate"]
    case .man: ["plangate man | man -l -"]
    case .help: ["plangate help check"]
    }
  }

  var operand: Operand {
    switch self {
    case .check, .record, .stability: .queries
    case .explain: .queryOrCase
    case .merge: .reports
    case .completions: .shell
    case .cache: .cacheAction
    case .help: .command
    case .initialize, .man: .nothing
    }
  }

  /// The commands that seed a server.
  static let running: Set<CommandName> = [.check, .record, .explain, .stability]

  /// The commands that write reports.
  static let reporting: Set<CommandName> = [.check, .merge]

  /// The commands that print what they do.
  static let printing = running.union(reporting)

  var flags: [Flag] { Flag.all.filter { $0.commands.contains(self) } }
}

/// What can be done with the cache.
package enum CacheAction: String, CaseIterable, Sendable {
  case list, clear
}

/// The shells that there are completions for.
package enum Shell: String, CaseIterable, Sendable {
  case bash, zsh, fish
}
