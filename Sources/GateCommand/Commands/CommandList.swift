extension Subcommand {
  /// All commands, in the order of help texts.
  package static let all: [Subcommand] = [
    .check,
    .compare,
    .record,
    .review,
    .migrate,
    .bisect,
    .explain,
    .whyNot,
    .stability,
    .params,
    .importing,
    .seed,
    .merge,
    .cache,
    .initialize,
    .completions,
    .man,
    .help,
  ]
}
