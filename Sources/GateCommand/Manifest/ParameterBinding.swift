/// The reason the values of a case do not match the parameters of its query.
struct ParameterError: Error, Equatable, Sendable {
  let message: String
  /// The parameters without a value, `$1` or `:name`.
  var missing: [String] = []
}

extension Parameters {
  /// The values for `$1`, `$2` … of a statement, nil for NULL.
  func bound(to scanned: SQLScanner) throws(ParameterError) -> [String?] {
    var bound = try values(of: scanned)
    for index in scanned.lists where bound.indices.contains(index) {
      // A list of one element may be given as the element.
      bound[index] = bound[index].map { $0.hasPrefix("{") ? $0 : ParameterReader.array([ParameterReader.element($0)]) }
    }
    return bound
  }

  private func values(of scanned: SQLScanner) throws(ParameterError) -> [String?] {
    let wanted = scanned.names.map { ":" + $0 }.joined(separator: ", ")
    if !scanned.names.isEmpty, scanned.positionalCount > 0 {
      throw ParameterError(message: "the query mixes $\(scanned.positionalCount) and \(wanted)")
    }
    switch self {
    case .none:
      let missing = scanned.parameterNames
      guard !missing.isEmpty else { return [] }
      let list = missing.count > 8 ? missing.prefix(8).joined(separator: ", ") + " …" : missing.joined(separator: ", ")
      throw ParameterError(
        message: "the query has the parameter\(missing.count == 1 ? "" : "s") \(list), and the manifest gives no "
          + "values",
        missing: missing)
    case .positional(let values):
      guard scanned.names.isEmpty else {
        throw ParameterError(message: "the query has the parameters \(wanted): give them by name")
      }
      guard values.count == scanned.positionalCount else {
        throw ParameterError(
          message: "the query has parameters up to $\(scanned.positionalCount), but the case gives \(values.count)",
          missing: Array(scanned.parameterNames.dropFirst(values.count)))
      }
      return values
    case .named(let given):
      let values = Dictionary(uniqueKeysWithValues: given.map { ($0.name, $0.value) })
      if scanned.positionalCount > 0 {
        throw ParameterError(
          message: "the query has parameters up to $\(scanned.positionalCount): give them as a sequence")
      }
      let missing = scanned.names.filter { values[$0] == nil }
      if let first = missing.first {
        let list = missing.map { ":\($0)" }.joined(separator: ", ")
        throw ParameterError(
          message: missing.count == 1
            ? "the parameter \(list) has no value\(suggestion(for: first, among: values.keys.sorted()))"
            : "the parameters \(list) have no values",
          missing: missing.map { ":\($0)" })
      }
      if let extra = given.first(where: { !scanned.names.contains($0.name) }) {
        throw ParameterError(
          message: "the query has no parameter :\(extra.name)\(suggestion(for: extra.name, among: scanned.names))")
      }
      return scanned.names.map { values[$0] ?? nil }
    }
  }
}
