import JSON
import YAML

/// Reads the values of parameters.
///
/// A scalar's text is bound as it is written; plain `null` and `~` are NULL; a sequence is an array.
struct ParameterReader {
  let source: ManifestSource

  func parameters(_ node: YAMLNode) throws(Diagnostic) -> Parameters {
    if node.isNull { return .none }
    if let elements = node.sequence {
      var values: [String?] = []
      for element in elements { values.append(try value(element)) }
      return .positional(values)
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
      values.append(NamedParameter(name: name, value: try value(entry.value)))
    }
    return .named(values)
  }

  private func value(_ node: YAMLNode) throws(Diagnostic) -> String? {
    if node.isNull { return nil }
    if let elements = node.sequence { return try array(elements) }
    guard node.scalarText != nil else {
      throw source.error("a value is text, null or a sequence; write JSON as quoted text", at: node)
    }
    return try source.text(node, "a value")
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

  /// An element of an array's text.
  static func element(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\""
  }

  static func array(_ elements: [String]) -> String { "{" + elements.joined(separator: ",") + "}" }
}
