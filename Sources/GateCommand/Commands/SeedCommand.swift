extension Subcommand {
  static let seed = Subcommand(
    name: "seed", summary: "print SQL that fills the empty tables of the seed", operandUsage: "[table[=rows] ...]",
    operand: .tables,
    details: "The rows respect types, keys and CHECK constraints, and their numbers are skewed as in real data: a few "
      + "parents have many children. Everything was tried on the server before it is printed. Without names, all empty "
      + "tables are filled; with names, those (globs allowed) and the empty tables that they reference. table=0 leaves "
      + "one out. Save the output as a file of the seed and edit it.",
    examples: [
      "plangate seed > seed/20-rows.sql", "plangate seed orders=50000 'audit*=0' > seed/20-rows.sql",
      "plangate seed --statistics production.sql > seed/20-rows.sql",
    ],
    seedsServer: true, flags: Flag.seeding.filter { $0.name != "jobs" } + Flag.printing + [.rows, .statistics],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try SeedRun(options: options, console: console, environment: environment).run()
    })
}
