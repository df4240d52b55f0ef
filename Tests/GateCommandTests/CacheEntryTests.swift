import PlanCore
import Postgres
import Testing

@testable import GateCommand

@Suite struct CacheEntryTests {
  private static var full: CacheEntry {
    var entry = CacheEntry(kind: .seeded, server: "15.18", title: "2 of 3 steps")
    entry.project = "/home/me/my project/queries/manifest.yml"
    entry.chain = ["0a", "1b", "2c"]
    entry.sampled = ["public.events", "public.odd name"]
    entry.notAllVisible = ["public.orders"]
    entry.traces = SeedTracesTests.traces
    entry.overrides = [
      StatisticsOverride(
        relation: RelationName(schema: "odd\nschema", name: "t"), column: "c", kind: .distinct, value: "-0.5",
        sample: 0, rows: 10),
      StatisticsOverride(
        relation: RelationName(schema: "public", name: "t"), column: nil, kind: .defaultTarget, value: "10",
        sample: 3000, rows: 31_000),
    ]
    entry.directories = ["base", "base/1", "pg_wal"]
    entry.files = [
      ClusterFile(path: "PG_VERSION", size: 3, sharing: .none),
      ClusterFile(path: "base/1/odd name 2", size: 8192, sharing: .all),
      ClusterFile(path: "base/1/3", size: 0, sharing: .readers),
    ]
    return entry
  }

  @Test(arguments: [
    full, CacheEntry(kind: .initialised, server: "18.4", title: "empty"),
    CacheEntry(kind: .seeding, server: "", title: ""),
  ])
  func `an entry is read back unchanged`(entry: CacheEntry) {
    #expect(CacheEntry(parsing: entry.text) == entry)
  }

  @Test func `an entry's size is that of its files`() {
    #expect(CacheEntry.sample.size == 0)
    #expect(CacheEntryTests.full.size == 8195)
  }

  @Test func `a truncated text is not an entry`() {
    let text = CacheEntryTests.full.text
    // The last line feed adds nothing to the line before it.
    for length in 0..<(text.count - 1) {
      #expect(CacheEntry(parsing: String(text.prefix(length))) == nil, "\(text.prefix(length).suffix(20))")
    }
  }

  @Test(arguments: [
    ("cluster 3", "cluster 2"), ("\"dead\"", "\"died\""),
    ("override [", "override [0, "),
    ("kind seeded", "kind planted"), ("kind seeded\n", ""), ("\nend\n", "\nend\nmore\n"),
    ("file 3 PG", "file three PG"), ("file 3 PG_VERSION", "file 3"), ("file 3 PG", "file -3 PG"),
    ("state 0a", "stage 0a"),
    ("\nstate 0a", "\nstate"),
  ])
  func `a text of another format is not an entry`(old: String, new: String) {
    let text = CacheEntryTests.full.text
    #expect(text.contains(old))
    #expect(CacheEntry(parsing: text.replacing(old, with: new)) == nil)
  }

  @Test func `a name with a line feed cannot forge a line`() {
    var entry = CacheEntryTests.full
    entry.project = "/a\nend"
    entry.title = "one\nend\nkind initialised"
    entry.sampled = ["public.a\r\nend", "public.b\u{2028}end", "public.c\u{85}end"]
    let read = CacheEntry(parsing: entry.text)
    #expect(read?.kind == .seeded)
    #expect(read?.project == "/a end")
    #expect(read?.title == "one end kind initialised")
    #expect(read?.sampled == ["public.a end", "public.b end", "public.c end"])
    #expect(read?.files == entry.files)
  }

  /// PostgreSQL itself chose the paths of a cluster; those from elsewhere must not lead out of it.
  @Test(arguments: ["../outside", "/etc/passwd", "base/../../outside", "base/..", "..", ""])
  func `a path out of the cluster is refused`(path: String) {
    var entry = CacheEntryTests.full
    entry.files.append(ClusterFile(path: path, size: 1, sharing: .readers))
    #expect(CacheEntry(parsing: entry.text) == nil)
    entry = CacheEntryTests.full
    entry.directories.append(path)
    #expect(CacheEntry(parsing: entry.text) == nil)
  }
}

extension CacheEntry {
  static var sample: CacheEntry { CacheEntry(kind: .seeding, server: "15.18", title: "1 of 2 steps") }
}
