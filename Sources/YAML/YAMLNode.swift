/// A YAML value with its position.
///
/// Anchors are resolved: an alias becomes a copy of the node that it names. The copy has the mark of the alias; the
/// nodes inside it keep the marks of where they are written.
package struct YAMLNode: Equatable, Sendable {
  package enum Value: Equatable, Sendable {
    /// A scalar; `isPlain` is false for a quoted or block scalar and for the tags `!!str` and `!`, which are always
    /// text.
    ///
    /// Only a plain scalar may be read as null, a number or a boolean.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// The entries in file order, each key once.
    case mapping([YAMLEntry])
  }

  package let value: Value
  /// The start of the node, including its anchor and tag.
  package let mark: YAMLMark

  package init(value: Value, mark: YAMLMark) {
    self.value = value
    self.mark = mark
  }
}

extension YAMLNode {
  /// Whether this is YAML's null: a plain scalar that is empty, `~`, `null`, `Null` or `NULL`.
  package var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = value else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The text of a scalar, plain or not; nil for a collection.
  package var scalarText: String? {
    guard case .scalar(let text, _) = value else { return nil }
    return text
  }

  /// The items of a sequence; nil for anything else, null included.
  package var sequence: [YAMLNode]? {
    guard case .sequence(let items) = value else { return nil }
    return items
  }

  /// The entries of a mapping in file order; nil for anything else, null included.
  package var mapping: [YAMLEntry]? {
    guard case .mapping(let entries) = value else { return nil }
    return entries
  }

  /// The value under a key; nil when the key is absent or this is not a mapping.
  package subscript(key: String) -> YAMLNode? {
    mapping?.first { $0.key.scalarText == key }?.value
  }
}
