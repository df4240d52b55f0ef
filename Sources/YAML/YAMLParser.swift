/// Reads a file of exactly one YAML document.
package enum YAMLParser {
  /// Parses UTF-8, or UTF-16 with a byte order mark.
  ///
  /// Stricter than YAML where a manifest gains nothing from the freedom: keys are scalars and stand once in their mapping, the
  /// only tags are `!!str` and `!`, and the merge key `<<` is a key like any other. A file may hold 100,000 nodes and 100 levels
  /// of nesting, every alias counted with all that it names.
  package static func parse(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode {
    var composer = Composer(events: try EventStream(bytes))
    return try composer.document()
  }
}
