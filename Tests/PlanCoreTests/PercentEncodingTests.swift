import JSON
import Testing

@Suite struct `A part of a URI` {
  @Test(arguments: [
    ("", ""), ("aZ09-._~", "aZ09-._~"), ("a b/c?d&e=f#g", "a%20b%2Fc%3Fd%26e%3Df%23g"), ("%41", "%2541"),
    ("\0\n\u{7f}", "%00%0A%7F"), ("ä", "%C3%A4"), ("a\u{301}", "a%CC%81"), ("👩‍🚀", "%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80"),
  ])
  func `has each byte encoded that is not unreserved`(text: String, encoded: String) {
    #expect(text.percentEncoded() == encoded)
  }

  @Test func `keeps the characters that its place allows`() {
    #expect("/run/my socket".percentEncoded(besides: "/") == "/run/my%20socket")
    #expect("a@b+c".percentEncoded(besides: "@+") == "a@b+c")
  }
}
