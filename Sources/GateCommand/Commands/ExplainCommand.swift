extension Subcommand {
  static let explain = Subcommand(
    name: "explain", summary: "show the plan of one query as it is now",
    operandUsage: "query[@case] | --sql SQL",
    operand: .queryOrCase,
    details: "Shows all cases of a query, or the one that is named after the @. With --sql it shows "
      + "the plan of a statement on the seeded database.",
    examples: [
      "plangate explain orders_by_customer", "plangate explain orders_by_customer@whale",
      "plangate explain --sql 'SELECT * FROM orders WHERE id = $1' --params '[42]'",
    ],
    seedsServer: true, flags: Flag.seeding + Flag.printing + [.keep, .sql, .params],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try ExplainRun(options: options, console: console, environment: environment).run()
    })
}
