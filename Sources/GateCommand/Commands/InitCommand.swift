extension Subcommand {
  /// The command `init`, which is a word of Swift.
  static let initialize = Subcommand(
    name: "init", summary: "look at this directory, and write a first manifest and workflow for what is in it",
    details: "Finds migrations, dumps, rows, queries, roles and PostgreSQL's version, and says what it found, what it "
      + "left out and what it could not tell. Where there is nothing, it writes an example that works unchanged. The "
      + "manifest is \(Options.defaultManifest), or plangate/manifest.yml if the application has a directory of that "
      + "name. Files that exist are kept; where there is a manifest, only the workflow is written.",
    examples: ["plangate init --dry-run", "plangate init", "plangate record", "plangate check"],
    flags: [.dryRun, .quiet],
    action: .run { (options, console, environment) throws(Diagnostic) in
      try InitRun(isDry: options.isDryRun, console: console, environment: environment).run()
    })
}
