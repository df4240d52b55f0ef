/// A key of a mapping and its value.
package struct YAMLEntry: Equatable, Sendable {
  /// Always a scalar in what ``YAMLParser`` returns.
  package let key: YAMLNode
  package let value: YAMLNode

  package init(key: YAMLNode, value: YAMLNode) {
    self.key = key
    self.value = value
  }
}
