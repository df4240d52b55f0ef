extension Subcommand {
  static let bisect = Subcommand(
    name: "bisect", summary: "find the first migration, or git revision, that makes a case fail",
    operandUsage: "QUERY[@CASE]", operand: .queryOrCase,
    details: "Compares the case's plan after a migration with its plan before the first one, and needs no baseline. It "
      + "searches in halves, over copies of the seeded database. A case that does not fail after all migrations is an "
      + "error. With --base, it compares with the plan at that revision, and searches the commits from there to HEAD.",
    examples: ["plangate bisect orders_by_customer", "plangate bisect orders_by_customer --base v1.4"],
    seedsServer: true, flags: Flag.seeding + Flag.printing + Flag.reports + [.base],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try BisectRun(options: options, console: console, environment: environment).run()
    })
}
