import Testing
import YAML

@testable import GateCommand

/// A text that is written into a manifest is read as the same text.
@Suite struct YAMLTextTests {
  @Test(arguments: [
    "a", "", " ", " a", "a ", "~", "null", "Null", "-", "-1", "- a", "1e3", "007", "a: b", "a:b", "a #b", "#a", "[a]",
    "{a}",
    "a, b", "'a'", "\"a\"", "a\\b", "a\nb", "\t", "\u{1}", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "é", "😀", "&a",
    "*a",
    "!a", "|", ">", "%a", "@a", "`a`", "?", "? a", "<text>", "2026-01-01 10:00:00+00", "<<", "=", "..", "---", "...",
    "\u{202e}abc", "it's", "yes", "$1", "(a)", "a]", "a}",
  ])
  func `any text is itself again`(text: String) throws {
    let written = "{k: \(YAMLText.scalar(text)), l: [\(YAMLText.scalar(text)), x]}"
    let node = try YAMLParser.parse(Array(written.utf8))
    #expect(node["k"]?.scalarText == text && node["k"]?.isNull == false, "\(written)")
    #expect(node["l"]?.sequence?.map(\.scalarText) == [text, "x"], "\(written)")
    let copy = try YAMLParser.parse(Array(YAMLText.flow(node).utf8))
    #expect(copy["k"]?.scalarText == text && copy["l"]?.sequence?.first?.scalarText == text)
    #expect(!written.unicodeScalars.contains { $0.value < 0x20 })
  }
}
