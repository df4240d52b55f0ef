extension Subcommand {
  static let explain = Subcommand(
    name: "explain", summary: "show the plan of one query as it is now", operandUsage: "query[@case]",
    operand: .queryOrCase, details: "Shows all cases of a query, or the one that is named after the @.",
    examples: ["plangate explain orders_by_customer", "plangate explain orders_by_customer@whale"],
    seedsServer: true, flags: Flag.seeding + Flag.printing + [.keep],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try ExplainRun(options: options, console: console, environment: environment).run()
    })
}
