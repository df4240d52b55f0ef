extension Subcommand {
  static let params = Subcommand(
    name: "params", summary: "propose values for the parameters of queries, from the seeded rows",
    operandUsage: "[query ...]", operand: .queries,
    details: "Without names, for all queries that have parameters and no values. Prints cases to paste into the "
      + "manifest: typical, with an ordinary number of rows; frequent, with the most rows; none, which match nothing. "
      + "Each case is run once; those that fail are left out, and the reason is printed.",
    examples: ["plangate params", "plangate params 'order_*'", "plangate params --write"],
    seedsServer: true, flags: Flag.seeding + Flag.printing + [.write],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try ParamsRun(options: options, console: console, environment: environment).run()
    })
}
