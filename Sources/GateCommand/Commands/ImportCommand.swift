extension Subcommand {
  /// The command `import`, which is a word of Swift.
  static let importing = Subcommand(
    name: "import", summary: "add queries to the manifest from logs or from pg_stat_statements",
    operandUsage: "[LOG ...]", operand: .files,
    details: "Reads logs of PostgreSQL (csvlog, jsonlog, plain text), with log_min_duration_statement or auto_explain, "
      + "and logs of Rails, SQLAlchemy and Django; or, with --from, pg_stat_statements of a running server. Statements "
      + "that differ in their values alone are one query, with a few of the values as cases. Queries are written into "
      + "files beside the manifest, and entries for them into the manifest, which keeps its comments.",
    examples: ["plangate import postgresql.csv", "plangate import --from service=production --top 30 --dry-run"],
    flags: Flag.printing + [.manifest, .from, .database, .top, .noValues, .linePrefix, .dryRun],
    action: .run { (options, console, _) throws(Diagnostic) in
      try ImportRun(options: options, console: console).run()
    })
}
