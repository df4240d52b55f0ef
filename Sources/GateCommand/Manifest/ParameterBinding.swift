/// The reason the values of a case do not match the parameters of its query.
struct ParameterError: Error, Equatable, Sendable {
  let message: String
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
      guard scanned.names.isEmpty else {
        throw ParameterError(message: "the query has the parameters \(wanted), but 'params:' gives no values")
      }
      guard scanned.positionalCount == 0 else {
        throw ParameterError(
          message: "the query has parameters up to $\(scanned.positionalCount), but 'params:' gives no values")
      }
      return []
    case .positional(let values):
      guard scanned.names.isEmpty else {
        throw ParameterError(message: "the query has the parameters \(wanted): give them by name")
      }
      guard values.count == scanned.positionalCount else {
        throw ParameterError(
          message: "the query has parameters up to $\(scanned.positionalCount), but the case gives \(values.count)")
      }
      return values
    case .named(let given):
      let values = Dictionary(uniqueKeysWithValues: given.map { ($0.name, $0.value) })
      if scanned.positionalCount > 0 {
        throw ParameterError(
          message: "the query has parameters up to $\(scanned.positionalCount): give them as a sequence")
      }
      if let missing = scanned.names.first(where: { values[$0] == nil }) {
        throw ParameterError(
          message: "the parameter :\(missing) has no value\(suggestion(for: missing, among: values.keys.sorted()))")
      }
      if let extra = given.first(where: { !scanned.names.contains($0.name) }) {
        throw ParameterError(
          message: "the query has no parameter :\(extra.name)\(suggestion(for: extra.name, among: scanned.names))")
      }
      return scanned.names.map { values[$0] ?? nil }
    }
  }
}
