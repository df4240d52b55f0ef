extension Subcommand {
  static let migrate = Subcommand(
    name: "migrate", summary: "run the migrations and report what they do to the plans",
    operandUsage: "[FILE ...]", operand: .files,
    details: "Plans every case before the first of the migrations and after each of them, and compares with the plans "
      + "before, by the rules of the manifest. It needs no baselines. With files, only these migrations of the manifest "
      + "are reported, and those before the first of them belong to the state before. With --base, these are the migrations "
      + "whose files that revision does not have.",
    examples: [
      "plangate migrate", "plangate migrate --base origin/main", "plangate migrate db/migrations/0042_drop_idx.sql",
    ],
    seedsServer: true, flags: Flag.seeding + Flag.printing + Flag.reports + [.base, .noDown, .strict],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try MigrateRun(options: options, console: console, environment: environment).run()
    })
}
