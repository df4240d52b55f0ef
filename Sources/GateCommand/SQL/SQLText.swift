import PlanCore

/// A text as an SQL literal, whatever it holds.
///
/// With a backslash it is written as `E'…'`, so that it reads the same under either `standard_conforming_strings`.
func quotedLiteral(_ text: String) -> String {
  let hasBackslash = text.unicodeScalars.contains("\\")
  // By scalars: with a combining mark behind it a quote is another Character, and still ends the literal.
  let quoted = text.unicodeScalars.map { scalar in
    scalar == "'" ? "''" : scalar == "\\" ? "\\\\" : String(scalar)
  }.joined()
  return (hasBackslash ? "E'" : "'") + quoted + "'"
}

extension RelationName {
  /// The name as SQL has to write it, with its schema: `public.orders`.
  var quoted: String { quotedIdentifier(schema) + "." + quotedIdentifier(name) }
}

/// A text inside a comment of SQL: on one line, without control characters.
func commentText(_ text: String) -> String {
  String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
}
