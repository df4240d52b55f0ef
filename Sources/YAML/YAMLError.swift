/// Why a file is no usable YAML: one line of text, lower case, without a final full stop.
package struct YAMLError: Error, Equatable, Sendable {
  package let message: String

  /// The place in the file, which may be one line past its last when something is missing at the end; nil when the file has no
  /// place to point at (it is empty, memory ran out).
  package let mark: YAMLMark?

  package init(message: String, mark: YAMLMark?) {
    self.message = message
    self.mark = mark
  }
}
