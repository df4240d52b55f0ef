/// A key of a mapping and its value.
package struct YAMLEntry: Equatable, Sendable {
  /// The key, always a scalar in the results of ``YAMLParser``.
  package let key: YAMLNode
  package let value: YAMLNode

  package init(key: YAMLNode, value: YAMLNode) {
    self.key = key
    self.value = value
  }
}
