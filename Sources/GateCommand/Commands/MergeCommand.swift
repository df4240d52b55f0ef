extension Subcommand {
  static let merge = Subcommand(
    name: "merge", summary: "join the JSON reports of the shards of one check into one report",
    operandUsage: "report.json ...", operand: .reports,
    details: "A shard that is missing, ended early or appears twice, or a report of another run, makes the whole "
      + "unchecked and is named. The cases come in the manifest's order.",
    examples: ["plangate merge --junit plangate.xml shard-*.json"], flags: Flag.reports + Flag.printing,
    action: .run { (options, console, environment) throws(Diagnostic) in
      try MergeRun(options: options, console: console, environment: environment).run()
    })
}
