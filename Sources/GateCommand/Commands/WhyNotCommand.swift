extension Subcommand {
  static let whyNot = Subcommand(
    name: "why-not", summary: "show which queries read a table whole, and whether an index can serve them",
    operandUsage: "TABLE", operand: .table,
    details: "For each case that reads the table by a sequential scan: what the server says when it is asked again "
      + "with enable_seqscan = off, both plans, and the indexes that were tried and help.",
    examples: ["plangate why-not orders", "plangate why-not sales.orders"],
    seedsServer: true, flags: Flag.seeding + Flag.printing,
    action: .run { (options, console, environment) throws(Diagnostic) in
      try WhyNotRun(options: options, console: console, environment: environment).run()
    })
}
