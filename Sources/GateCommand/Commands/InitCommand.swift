extension Subcommand {
  /// The command `init`, which is a word of Swift.
  static let initialize = Subcommand(
    name: "init", summary: "write a first manifest, seed, query and workflow into this directory",
    details: "The generated files work unchanged: plangate record, then plangate check. Files that exist are kept; "
      + "where there is a manifest, only the workflow is written.",
    examples: ["plangate init", "plangate record", "plangate check"], flags: [.quiet],
    action: .run { (_, console, _) throws(Diagnostic) in try InitRun(console: console).run() })
}
