/// A YAML value with its place.
///
/// Anchors are resolved: an alias stands as a copy of what it names. The copy has the mark of the alias, and the nodes within it
/// keep the marks of where they are written.
package struct YAMLNode: Equatable, Sendable {
  package enum Value: Equatable, Sendable {
    /// `isPlain` is false where the file says that this is text and nothing else: a quoted or block scalar, the tags `!!str`
    /// and `!`. Only a plain scalar may be read as null, a number or a boolean.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// In the order of the file, every key once.
    case mapping([YAMLEntry])
  }

  package let value: Value
  /// Where the node starts, its anchor and tag included.
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

  /// The entries of a mapping in the order of the file; nil for anything else, null included.
  package var mapping: [YAMLEntry]? {
    guard case .mapping(let entries) = value else { return nil }
    return entries
  }

  /// The value under a key; nil when the key is absent or this is no mapping.
  package subscript(key: String) -> YAMLNode? {
    mapping?.first { $0.key.scalarText == key }?.value
  }
}
