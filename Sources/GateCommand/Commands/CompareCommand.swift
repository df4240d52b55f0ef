extension Subcommand {
  static let compare = Subcommand(
    name: "compare", summary: "compare two states without baselines: a revision, a server, settings, or two plans",
    operandUsage: "[query ... | before.json after.json]", operand: .queries,
    details: "Captures both states and judges the second one, which is the working tree's, with the rules, reports and "
      + "exit statuses of check. The first one is a git revision (--base), another local server (--base-postgres) or "
      + "the same server under other settings (--base-settings). A query that only the second one has is shown as new "
      + "and fails only by a rule that needs no other plan. Without any of these options the operands are two files "
      + "with what EXPLAIN (FORMAT JSON) prints, best with ANALYZE, VERBOSE and BUFFERS. They are judged by the rules "
      + "that need no catalog, and no server is started.",
    examples: [
      "plangate compare --base origin/main", "plangate compare --base HEAD~1 'order*'",
      "plangate compare --base-postgres 15 --postgres 18", "plangate compare --base-settings production.yml",
      "plangate compare before.json after.json",
    ],
    seedsServer: true, flags: Flag.seeding + Flag.printing + Flag.reports + Flag.bases + [.strict, .keep],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try CompareRun(options: options, console: console, environment: environment).run()
    })
}
