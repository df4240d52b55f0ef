/// The reason a file is not usable YAML: one line of text, lower case, without a final full stop.
package struct YAMLError: Error, Equatable, Sendable {
  package let message: String

  /// The position in the file, or nil when the file has none to point at (it is empty, or memory ran out).
  ///
  /// It may be one line past the last one when something is missing at the end.
  package let mark: YAMLMark?

  package init(message: String, mark: YAMLMark?) {
    self.message = message
    self.mark = mark
  }
}
