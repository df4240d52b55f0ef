/// The ways in which a text may write its parameters.
struct Placeholders: OptionSet, Hashable, Sendable {
  let rawValue: Int

  /// The style `:name`.
  static let colon = Placeholders(rawValue: 1)
  /// The style `@name`.
  static let at = Placeholders(rawValue: 1 << 1)
  /// The style `$1`.
  static let dollar = Placeholders(rawValue: 1 << 2)
  /// The styles `?` and `?1`.
  static let question = Placeholders(rawValue: 1 << 3)
  /// The styles `%s` and `%(name)s`, with `%%` for a percent sign.
  static let percent = Placeholders(rawValue: 1 << 4)
  /// The style `#{name}`.
  static let hash = Placeholders(rawValue: 1 << 5)
  /// The styles `{{name}}` and `{{name::type}}`.
  static let braces = Placeholders(rawValue: 1 << 6)
  /// The calls `sqlc.arg(name)`, `sqlc.narg(name)`, `sqlc.slice(name)` and `sqlc.embed(table)`.
  static let sqlcCalls = Placeholders(rawValue: 1 << 7)
  /// HugSQL's `:v:name`, `:v*:names` and its other kinds, which are not values; names may contain dashes.
  static let kinds = Placeholders(rawValue: 1 << 8)
  /// The style of psql, `:'name'`, and its `:"name"`, which is not a value.
  static let quotedColon = Placeholders(rawValue: 1 << 9)
  /// A colon written as `\:`.
  static let escapedColon = Placeholders(rawValue: 1 << 10)

  /// The words of `placeholders:`, in the order of the documentation.
  static let styles: [(name: String, placeholders: Placeholders)] = [
    (":x", [.colon, .dollar]), ("@x", [.at, .dollar]), ("$1", .dollar), ("?", .question), ("?1", .question),
    ("%s", .percent), ("%(x)s", .percent), ("#{x}", .hash), ("{{x}}", .braces), ("{{x::type}}", .braces),
  ]

  static let byName = Dictionary(
    styles.map { ($0.name, $0.placeholders) } + QueryConvention.allCases.map { ($0.rawValue, $0.placeholders) }
  ) { first, _ in first }
}

/// A convention for files of queries: how they mark their queries and write parameters.
enum QueryConvention: String, CaseIterable, Sendable {
  case sqlc, aiosql, pugsql, hugsql, yesql, goyesql, regresql, sqlx
  /// A file without marks that holds several statements.
  case statements

  var placeholders: Placeholders {
    switch self {
    case .sqlc: [.at, .dollar, .sqlcCalls]
    case .hugsql: [.colon, .kinds, .escapedColon]
    case .pugsql: [.colon, .escapedColon]
    case .yesql: [.colon, .question]
    // Their marks are alike, so a file without the key `convention:` may be of any of them.
    case .aiosql, .goyesql, .regresql: [.colon, .dollar, .quotedColon]
    case .sqlx: .dollar
    case .statements: [.colon, .dollar]
    }
  }
}
