import PlanCore

/// The cases that are proposed for a query.
struct ProposedCases: Sendable {
  /// How the value of a parameter was found.
  enum Source: Sendable {
    case rows, limit, type, nothing
  }

  let query: Query
  var parameters: [TypedParameter]
  /// In the order of the parameters.
  var sources: [Source] = []
  /// The values of each case, by the name of the case; a value may be a list.
  var cases: [(name: String, values: [ProposedValue])] = []
  /// Why a case was left out, or why there is none.
  var remarks: [String] = []
}

/// A value as it goes into the manifest.
enum ProposedValue: Equatable, Sendable {
  case text(String)
  case list([String])
  /// A value that each seed makes anew: the query that finds it, and the value now.
  case query(String, now: String)

  var yaml: String {
    switch self {
    case .text(let text): YAMLText.scalar(text)
    case .list(let texts): YAMLText.list(texts)
    case .query(let sql, _): "{sql: \(YAMLText.quoted(sql))}"
    }
  }

  /// The text that is bound.
  var bound: String {
    switch self {
    case .text(let text): text
    case .list(let texts): ParameterReader.array(texts.map(ParameterReader.element))
    case .query(_, let now): now
    }
  }
}

extension ProposedCases {
  /// The query with the cases and the values as they are now.
  var filled: Query {
    var query = query
    let isGeneric = query.cases.contains(where: \.isGeneric)
    let isCustom = query.cases.contains { !$0.isGeneric }
    query.cases = cases.flatMap { item in
      let name = cases.count == 1 ? nil : item.name
      let parameters = parameters(item.values)
      return [
        isCustom ? QueryCase(name: name, parameters: parameters, isGeneric: false) : nil,
        isGeneric
          ? QueryCase(name: name.map { $0 + "+generic" } ?? "generic", parameters: parameters, isGeneric: true) : nil,
      ].compactMap(\.self)
    }
    return query
  }

  private func parameters(_ values: [ProposedValue]) -> Parameters {
    let pairs = zip(parameters, values)
    guard parameters.first?.name.first == ":" else { return .positional(pairs.map { $1.bound }) }
    return .named(pairs.map { NamedParameter(name: String($0.name.dropFirst()), value: $1.bound) })
  }

  /// The key `params:` or `cases:` with the values.
  var entry: (key: String, value: String) {
    func flow(_ values: [ProposedValue]) -> String {
      Query.flow(zip(parameters, values).map { (name: $0.name, value: $1.yaml) })
    }
    if cases.count == 1 { return ("params", flow(cases[0].values)) }
    return ("cases", "{" + cases.map { "\($0.name): \(flow($0.values))" }.joined(separator: ", ") + "}")
  }

  /// The same as lines of a block, without indentation.
  var lines: [String] {
    func flow(_ values: [ProposedValue]) -> String {
      Query.flow(zip(parameters, values).map { (name: $0.name, value: $1.yaml) })
    }
    if cases.count == 1 { return ["params: " + flow(cases[0].values)] }
    return ["cases:"] + cases.map { "  \($0.name): " + flow($0.values) }
  }
}
