import PlanCore

/// A parameter of a query and its type.
struct TypedParameter: Equatable, Sendable {
  /// `$1` or `:name`.
  let name: String
  /// As `format_type` has it; nil if the server could not be asked, or does not know.
  var type: String?

  /// A value to be replaced by a real one: `<bigint>`, `[<text>]` for an array.
  var placeholder: String {
    guard let type else { return "<value>" }
    return type.hasSuffix("[]") ? "[\(YAMLText.scalar("<\(type.dropLast(2))>"))]" : YAMLText.scalar("<\(type)>")
  }
}

extension Query {
  /// Whether the statement has parameters and a case gives no values at all.
  var lacksValues: Bool {
    cases.contains { $0.parameters == .none } && hasParameters
  }

  var hasParameters: Bool {
    let scanned = statement.scanned
    return !scanned.names.isEmpty || scanned.positionalCount > 0
  }

  /// What to add to the manifest so that the query has values.
  ///
  /// - Parameter values: the value of each parameter as YAML, in the statement's order.
  func entry(withValues values: [(name: String, value: String)]) -> String {
    let params = "params: " + Query.flow(values)
    guard let ownEntry else { return "    \(params)" }
    return "  - {" + (ownEntry.map { "\($0.key): \($0.value)" } + [params]).joined(separator: ", ") + "}"
  }

  /// Values as a mapping or a sequence in one line.
  static func flow(_ values: [(name: String, value: String)]) -> String {
    guard values.first?.name.first == ":" else { return "[" + values.map(\.value).joined(separator: ", ") + "]" }
    return "{" + values.map { "\($0.name.dropFirst()): \($0.value)" }.joined(separator: ", ") + "}"
  }

  /// Where the entry goes.
  var entryPlace: String {
    ownEntry == nil
      ? "its entry in the manifest, line \(manifestLine), needs" : "the manifest needs an entry of its own"
  }
}

extension [Query] {
  /// The next step where queries have parameters and no values: `3 queries lack values: plangate params proposes some`.
  ///
  /// Nil if there are none.
  var adviceOnValues: String? {
    let count = count(where: \.lacksValues)
    if count == 0 { return nil }
    return "\(count == 1 ? "1 query lacks" : "\(count) queries lack") values: 'plangate params' proposes them from the "
      + "seeded rows, and 'plangate params --write' puts them into the manifest"
  }
}
