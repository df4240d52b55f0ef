extension Subcommand {
  static let review = Subcommand(
    name: "review", summary: "go through the changed plans on a terminal, and accept or skip each",
    operandUsage: "[query ...]", operand: .queries,
    details: "Checks, shows each case whose plan differs from its baseline, or that has none, and asks: a accepts it, "
      + "s skips it, o prints a link to the page with both plans, q ends. Baselines of accepted cases are written; the "
      + "other cases of a query stay as they were.",
    examples: ["plangate review", "plangate review 'order*'"],
    seedsServer: true, flags: Flag.seeding + Flag.printing,
    action: .run { (options, console, environment) throws(Diagnostic) in
      try ReviewRun(options: options, console: console, environment: environment).run()
    })
}
