extension Subcommand {
  static let record = Subcommand(
    name: "record", summary: "seed, plan and run every query, and update the baselines that changed",
    operandUsage: "[query ...]", operand: .queries,
    details: "Writes one file per query and prints the plans and estimates that it accepts. A file whose plans are the "
      + "same in substance is left as it is. Read the files and commit them.",
    examples: ["plangate record", "plangate record orders_by_customer", "plangate record --prune"],
    seedsServer: true, flags: Flag.seeding + Flag.printing + [.shard, .prune, .check, .keep],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try RecordRun(options: options, console: console, environment: environment).run()
    })
}
