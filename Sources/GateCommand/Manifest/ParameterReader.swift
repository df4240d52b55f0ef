import JSON
import YAML

/// Reads the values of parameters.
///
/// A scalar's text is bound as it is written; plain `null` and `~` are NULL; a sequence is an array; `{sql: …}` is read
/// from the database.
struct ParameterReader {
  let source: ManifestSource

  /// The values of one case, and those among them that come from the database.
  func given(_ node: YAMLNode) throws(Diagnostic) -> (parameters: Parameters, fetched: [FetchedValue]) {
    if node.isNull { return (.none, []) }
    var fetched: [FetchedValue] = []
    func valueOrQuery(_ node: YAMLNode, _ key: String) throws(Diagnostic) -> String? {
      guard node.mapping != nil else { return try value(node) }
      fetched.append(FetchedValue(key: key, statement: try query(node)))
      return nil
    }
    if let elements = node.sequence {
      var values: [String?] = []
      for (index, element) in elements.enumerated() { values.append(try valueOrQuery(element, String(index + 1))) }
      return (.positional(values), fetched)
    }
    guard let entries = node.mapping else {
      throw source.error("parameters are a sequence for $1, $2 … or a mapping for :name", at: node)
    }
    var values: [NamedParameter] = []
    for entry in entries {
      let name = entry.key.scalarText ?? ""
      guard SQLScanner.isParameterName(name) else {
        throw source.error("'\(name)' is not a valid parameter name; use letters, digits and _", at: entry.key)
      }
      values.append(NamedParameter(name: name, value: try valueOrQuery(entry.value, name)))
    }
    return (.named(values), fetched)
  }

  /// The query of `{sql: …}`.
  private func query(_ node: YAMLNode) throws(Diagnostic) -> Statement {
    if node["sql"] == nil {
      throw source.error(
        "a value is text, null, a sequence or {sql: a query}; write JSON as quoted text", at: node)
    }
    let fields = try source.mapping(node, "a value from the database", keys: FetchedValue.keys)
    let sql = try fields.required("sql", of: "a value from the database")
    return source.inline(try source.text(sql, "'sql'"), at: sql.mark)
  }

  private func value(_ node: YAMLNode) throws(Diagnostic) -> String? {
    if node.isNull { return nil }
    if let elements = node.sequence { return try array(elements) }
    guard node.scalarText != nil else {
      if node["sql"] != nil {
        throw source.error("{sql: …} is a whole value; let its query return the array", at: node)
      }
      throw source.error("a value is text, null or a sequence; write JSON as quoted text", at: node)
    }
    let text = try source.text(node, "a value")
    if ParameterReader.placeholders.contains(text) {
      throw source.error("\(text) stands for a value; write one in its place", at: node)
    }
    return text
  }

  /// An array as PostgreSQL reads it: `{"a","b",NULL}`.
  private func array(_ elements: [YAMLNode]) throws(Diagnostic) -> String {
    var texts: [String] = []
    for element in elements {
      if let inner = element.sequence {
        texts.append(try array(inner))
      } else if let text = try value(element) {
        texts.append(ParameterReader.element(text))
      } else {
        texts.append("NULL")
      }
    }
    return ParameterReader.array(texts)
  }

  /// The placeholders of messages that the server would take for values.
  private static let placeholders: Set = [
    "<value>", "<text>", "<character varying>", "<character>", "<name>", "<citext>",
  ]

  /// An element of an array's text.
  static func element(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\""
  }

  static func array(_ elements: [String]) -> String { "{" + elements.joined(separator: ",") + "}" }
}
