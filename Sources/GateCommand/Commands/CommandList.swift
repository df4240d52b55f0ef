extension Subcommand {
  /// All commands, in the order of help texts.
  package static let all: [Subcommand] = [
    .check,
    .compare,
    .record,
    .migrate,
    .bisect,
    .explain,
    .whyNot,
    .stability,
    .params,
    .seed,
    .merge,
    .cache,
    .initialize,
    .completions,
    .man,
    .help,
  ]
}
