extension Subcommand {
  private static let actions = CacheAction.allCases.map(\.rawValue)

  static let cache = Subcommand(
    name: "cache", summary: "list the seeded clusters that are kept for later runs, or remove them",
    operandUsage: actions.joined(separator: "|"), operand: .word(actions),
    details: "Clusters are kept in PLANGATE_CACHE_DIR, else in plangate under XDG_CACHE_HOME or ~/.cache, up to "
      + "PLANGATE_CACHE_SIZE (default: 5GB). The least recently used entries are evicted first. clear removes all, and "
      + "waits for runs that are copying one.",
    examples: ["plangate cache list", "plangate cache clear"],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try CacheRun(options: options, console: console, environment: environment).run()
    })
}
