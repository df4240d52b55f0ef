/// A parser for files that hold exactly one YAML document.
package enum YAMLParser {
  /// Parses UTF-8, or UTF-16 with a byte order mark.
  ///
  /// It is stricter than YAML where a manifest gains nothing from the freedom: keys are scalars and unique in their
  /// mapping, the only tags are `!!str` and `!`, and the merge key `<<` is an ordinary key. A file may hold at most
  /// 100,000 nodes and 100 levels of nesting, each alias counted with all nodes that it names.
  package static func parse(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode {
    var composer = Composer(events: try EventStream(bytes))
    return try composer.document()
  }
}
