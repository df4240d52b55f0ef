extension Subcommand {
  static let check = Subcommand(
    name: "check", summary: "seed, plan and run every query, compare with the baselines, report",
    operandUsage: "[query ...]", operand: .queries,
    details: "Makes a disposable PostgreSQL server, seeds it, runs EXPLAIN ANALYZE on every case of the manifest and "
      + "compares the plans with the committed baselines. It leaves nothing behind but the cache of seeded databases. "
      + "With names, it checks only these queries (globs allowed).",
    examples: [
      "plangate check", "plangate check 'order*'", "plangate check --junit plangate.xml",
      "plangate check --postgres 16 --strict", "plangate check --base origin/main",
    ],
    seedsServer: true, takesSeveralServers: true,
    flags: Flag.seeding + Flag.printing + Flag.reports + [.shard, .strict, .keep, .base],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try CheckRun(options: options, console: console, environment: environment).run()
    })
}
