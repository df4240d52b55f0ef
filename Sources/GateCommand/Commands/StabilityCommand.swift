extension Subcommand {
  static let stability = Subcommand(
    name: "stability",
    summary: "re-seed and re-plan several times and list the cases whose plan flips, or nearly does",
    operandUsage: "[query ...]", operand: .queries,
    details: "Lets ANALYZE take its random samples, and every second time puts the rows into another order. A plan "
      + "that flips here is fragile in production too.",
    examples: ["plangate stability --runs 10"],
    seedsServer: true, flags: Flag.seeding + Flag.printing + [.runs],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try StabilityRun(options: options, console: console, environment: environment).run()
    })
}
