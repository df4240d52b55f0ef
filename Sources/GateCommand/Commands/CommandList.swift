extension Subcommand {
  /// All commands, in the order of help texts.
  package static let all: [Subcommand] = [
    .check,
    .compare,
    .record,
    .migrate,
    .bisect,
    .explain,
    .stability,
    .params,
    .merge,
    .cache,
    .initialize,
    .completions,
    .man,
    .help,
  ]
}
