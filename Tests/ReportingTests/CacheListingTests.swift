import Testing

@testable import Reporting

@Suite struct CacheListingTests {
  private static let rows = [
    CacheListing.Row(
      what: "seeded", server: "15.18", size: 48_300_000, age: 10_900, project: "/home/me/shop/queries/manifest.yml"),
    CacheListing.Row(
      what: "4 of 5 steps", server: "15.18", size: 999, age: 59, project: "/home/me/shop/queries/manifest.yml"),
    CacheListing.Row(what: "empty cluster", server: "18.4", size: 7 << 20, age: 864_000, project: ""),
  ]

  @Test func `a table with a total, the limit and the place`() {
    #expect(
      CacheListing.text(Self.rows, limit: 5 << 30, directory: "/home/me/.cache/plangate") == """
        what           PostgreSQL       size  last used    project
        seeded         15.18         46.1 MB  3 h ago      /home/me/shop/queries/manifest.yml
        4 of 5 steps   15.18       999 bytes  just now     /home/me/shop/queries/manifest.yml
        empty cluster  18.4             7 MB  10 days ago

        3 clusters, 53.1 MB of at most 5 GB in /home/me/.cache/plangate
        """)
  }

  @Test func `without entries only the directory is shown`() {
    #expect(CacheListing.text([], limit: 500 << 20, directory: "/c") == "0 clusters, 0 bytes of at most 500 MB in /c")
    #expect(CacheListing.cleared(0, size: 0, directory: "/c") == "nothing to remove in /c")
  }

  @Test func `clear reports what it freed`() {
    #expect(CacheListing.cleared(1, size: 1 << 20, directory: "/c") == "removed 1 cluster, 1 MB, from /c")
    #expect(CacheListing.cleared(3, size: 1536, directory: "/c") == "removed 3 clusters, 1.5 KB, from /c")
  }

  @Test func `a hostile path is printed as text`() {
    let row = CacheListing.Row(what: "seeded", server: "15", size: 1, age: 1, project: "/a\u{1b}[31m\nroot")
    let text = CacheListing.text([row], limit: 1 << 30, directory: "/c\u{202e}")
    #expect(text.contains("/a\\x1b[31m\\nroot"))
    #expect(text.hasSuffix("in /c\\u{202e}"))
    #expect(text.split(separator: "\n").count == 3)
  }

  @Test(arguments: [
    (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KB"), (1536, "1.5 KB"), (10 << 10, "10 KB"),
    ((1 << 20) - 1, "1 MB"), (1 << 20, "1 MB"), (131 << 20, "131 MB"), (5 << 30, "5 GB"), (3 << 40, "3 TB"),
    (5000 << 40, "5000 TB"),
  ])
  func `a size has one unit and at most one decimal`(bytes: Int, text: String) {
    #expect(CacheListing.size(bytes) == text)
  }

  @Test(arguments: [
    (-5, "just now"), (0, "just now"), (59, "just now"), (60, "1 min ago"), (3599, "59 min ago"), (3600, "1 h ago"),
    (172_799, "47 h ago"), (172_800, "2 days ago"), (31_536_000, "365 days ago"),
  ])
  func `a time is shown as people say it`(seconds: Int, text: String) {
    #expect(CacheListing.ago(seconds) == text)
  }
}
