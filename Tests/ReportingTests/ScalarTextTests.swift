import Testing

@testable import Reporting

@Suite struct `Text that is spelt otherwise` {
  private static let texts = [
    "", "plain", "a'b", "'", "''", "é'", "'\u{301}", "a\u{301}'\u{301}b", "\r\n", "a\r\nb\r", "tab\t",
    "\u{0}\u{1b}[31m\u{7f}\u{85}",
    "👨‍👩‍👧", "\u{202e}x\u{2066}", "\u{feff}", "\u{2028}", "表 & <größe> \"x\"", "\u{fffe}\u{ffff}", "~", "]]>",
  ]

  @Test(arguments: texts)
  func `is spelt scalar by scalar`(text: String) {
    let scalars = text.unicodeScalars.map { String($0) }
    #expect(text.visible == scalars.map(\.visible).joined())
    #expect(text.markupEscaped == scalars.map(\.markupEscaped).joined())
    #expect(XMLText.content(text) == scalars.map(XMLText.content).joined())
    #expect(text.replacingScalars("'", with: "\u{301}-") == scalars.map { $0 == "'" ? "\u{301}-" : $0 }.joined())
  }

  @Test func `every occurrence of a word is replaced, and nothing else`() {
    #expect("aab aaab".replacingScalars("aab", with: "x") == "x ax")
    #expect("ababa".replacingScalars("aba", with: "x") == "xba")
    #expect("]( ](\u{301} ]".replacingScalars("](", with: "] (") == "] ( ] (\u{301} ]")
    #expect("éé".replacingScalars("é", with: "") == "")
    #expect("plain".replacingScalars("plainer", with: "x") == "plain")
  }

  @Test(arguments: texts)
  func `takes a column for each Character`(text: String) {
    #expect(text.columns == text.count)
    #expect(text.padded(to: 30).count == 30 && text.padded(left: 30).count == 30)
    #expect(text.cut(to: 4).count <= 4 && text.cut(to: text.count) == text)
  }
}
