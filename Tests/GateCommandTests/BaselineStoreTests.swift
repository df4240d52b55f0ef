import PlanCore
import Testing
import TestSupport

@testable import GateCommand

@Suite struct BaselineStoreTests {
  private static func baseline(_ query: String, server: Int = 15) -> String {
    """
    plangate baseline 1
    query: \(query)
    server: \(server)
    relation public.orders: 60000 rows, 1200 pages
      index orders_pkey: btree (id)
    case:
      sql: 794558b9027131a3
      parameters: 173cd702e342af16
      settings: {}
      -> Seq Scan on public.orders  (cost=0..25.9 rows=20 width=44) (actual rows=20 loops=1) (buffers=24)
    end

    """
  }

  private static let remedy = "restore it, or delete it and record it anew"

  private func store(_ project: Project, serverMajor: ServerMajor = 15) -> BaselineStore {
    BaselineStore(project.path("baselines"), serverMajor: serverMajor)
  }

  private func loadFailure(_ text: String) throws -> String? {
    let project = try Project(["baselines/q.plan": text])
    return project.failure { () throws(Diagnostic) in _ = try store(project).load("q") }
  }

  @Test func `a baseline is read as it was written`() throws {
    let project = try Project(["baselines/q.plan": Self.baseline("q")])
    let capture = try #require(try store(project).load("q"))
    #expect(capture.query == "q")
    #expect(capture.serverMajor == 15)
    #expect(capture.cases.map(\.name) == [nil])
    #expect(capture.cases.map(\.sqlFingerprint) == ["794558b9027131a3"])
    #expect(BaselineFile.text(capture) == Self.baseline("q"))
    #expect(try store(project).text(of: "q") == Self.baseline("q"))
  }

  @Test func `a baseline with Windows line ends is the same`() throws {
    let text = Self.baseline("q")
    let project = try Project(["baselines/q.plan": text, "windows/q.plan": text.replacing("\n", with: "\r\n")])
    let windows = BaselineStore(project.path("windows"), serverMajor: 15)
    #expect(try windows.load("q") == store(project).load("q"))
    #expect(BaselineStore.major(in: project.path("windows"), queries: ["q"]) == 15)
  }

  @Test func `a missing baseline or directory is no baseline`() throws {
    let project = try Project(["baselines/q.plan": Self.baseline("q")])
    #expect(try store(project).load("other") == nil)
    #expect(try store(project).text(of: "other") == nil)
    #expect(try BaselineStore(project.path("nowhere"), serverMajor: 15).load("q") == nil)
    #expect(BaselineStore(project.path("nowhere"), serverMajor: 15).orphans(among: []) == [])
  }

  static let damages: [(text: String, line: Int, message: String)] = [
    ("", 1, "this is not a plangate baseline"),
    ("SELECT 1\n", 1, "this is not a plangate baseline"),
    (baseline("q").replacing("server: 15", with: "server: new"), 3, "unexpected 'server: new'"),
    (
      baseline("q").replacing("\nserver: 15", with: "\n<<<<<<< HEAD\nserver: 15"), 3, "a merge conflict is not resolved"
    ),
    (baseline("q").replacing("\n  index", with: "\n   index"), 5, "unexpected indentation"),
    (baseline("q").replacing("60000 rows", with: "many rows"), 4, "a damaged relation"),
    (baseline("q").replacing("  sql: 794558b9027131a3\n", with: ""), 6, "the case has no fingerprints"),
  ]

  @Test(arguments: damages)
  func `a damaged baseline is an error with its line`(damage: (text: String, line: Int, message: String)) throws {
    #expect(
      try loadFailure(damage.text)
        == "baselines/q.plan:\(damage.line): error: the baseline is damaged: \(damage.message)\n\(Self.remedy)")
  }

  @Test func `a baseline of a newer format asks for a newer plangate`() throws {
    #expect(
      try loadFailure(Self.baseline("q").replacing("baseline 1", with: "baseline 3"))
        == "baselines/q.plan:1: error: format 3 is not known to this plangate, which reads formats up to 2\nupgrade plangate"
    )
  }

  @Test func `a truncated baseline is an error`() throws {
    let project = try Project(["baselines/q.plan": Self.baseline("q")])
    let store = store(project)
    let whole = try #require(try store.load("q"))
    let bytes = Array(Self.baseline("q").utf8)
    for length in 0..<bytes.count {
      try project.write("baselines/q.plan", bytes: Array(bytes.prefix(length)))
      // A missing last line feed loses nothing.
      if length == bytes.count - 1 {
        #expect(try store.load("q") == whole)
        continue
      }
      do throws(Diagnostic) {
        let capture = try store.load("q")
        Issue.record("\(length) bytes were read as \(String(describing: capture))")
      } catch {
        #expect(error.file == project.path("baselines/q.plan"), "\(length)")
        #expect(error.message.hasSuffix("\n" + Self.remedy), "\(length)")
      }
    }
  }

  @Test func `a baseline of another query is an error`() throws {
    #expect(
      try loadFailure(Self.baseline("other"))
        == "baselines/q.plan: error: the baseline is of the query 'other'\n\(Self.remedy)")
  }

  @Test func `a baseline that is not UTF-8 or a directory is an error`() throws {
    let project = try Project(["baselines/d.plan/x": ""])
    try project.write("baselines/q.plan", bytes: Array(Self.baseline("q").utf8) + [0xFF])
    #expect(
      project.failure { () throws(Diagnostic) in _ = try store(project).load("q") }
        == "baselines/q.plan: error: the baseline is not UTF-8\n\(Self.remedy)")
    #expect(
      project.failure { () throws(Diagnostic) in _ = try store(project).load("d") }
        == "baselines/d.plan: error: cannot read the baseline: it is a directory")
  }

  // MARK: Majors

  @Test func `the directory of the server's major is used if it exists`() throws {
    let project = try Project(["baselines/16/q.plan": Self.baseline("q", server: 16), "baselines/17": "a file"])
    #expect(store(project, serverMajor: 15).directory == project.path("baselines"))
    #expect(store(project, serverMajor: 16).directory == project.path("baselines/16"))
    #expect(store(project, serverMajor: 17).directory == project.path("baselines"))
    #expect(try store(project, serverMajor: 16).load("q")?.serverMajor == 16)
    #expect(try store(project, serverMajor: 15).load("q") == nil)
  }

  @Test func `the major is that of the first baseline with one`() throws {
    let project = try Project([
      "baselines/damaged.plan": Self.baseline("damaged").replacing("server: 15", with: "server: x"),
      "baselines/empty.plan": "", "baselines/a.plan": Self.baseline("a", server: 14),
      "baselines/b.plan": Self.baseline("b", server: 16),
    ])
    let base = project.path("baselines")
    #expect(BaselineStore.major(in: base, queries: ["b", "a"]) == 16)
    #expect(BaselineStore.major(in: base, queries: ["gone", "a", "b"]) == 14)
    #expect(BaselineStore.major(in: base, queries: ["empty", "b"]) == 16)
    #expect(BaselineStore.major(in: base, queries: ["damaged", "b"]) == 16)
    #expect(BaselineStore.major(in: base, queries: ["gone"]) == nil)
    #expect(BaselineStore.major(in: project.path("nowhere"), queries: ["a"]) == nil)
  }

  @Test func `without a baseline the newest directory of a major counts`() throws {
    let project = try Project(["baselines/9/q.plan": "", "baselines/15/q.plan": "", "baselines/notes/x": ""])
    #expect(BaselineStore.major(in: project.path("baselines"), queries: ["q"]) == 15)
  }

  // MARK: Orphans

  @Test func `a baseline whose query is gone is an orphan`() throws {
    let project = try Project([
      "baselines/b.plan": "", "baselines/a.plan": "", "baselines/q.plan": "", "baselines/README.md": "",
      "baselines/16/z.plan": "",
    ])
    let store = store(project)
    #expect(store.orphans(among: ["q"]) == ["a", "b"])
    #expect(store.orphans(among: ["q", "a", "b"]) == [])
    try store.remove("a")
    #expect(store.orphans(among: ["q"]) == ["b"])
    #expect(
      project.failure { () throws(Diagnostic) in try store.remove("a") }
        == "baselines/a.plan: error: cannot remove the baseline: no such directory")
  }

  // MARK: Saving

  @Test func `saving creates the directory and leaves nothing else in it`() throws {
    let project = try Project()
    let store = BaselineStore(project.path("some/where/baselines"), serverMajor: 15)
    try store.save(Self.baseline("q"), query: "q")
    try store.save(Self.baseline("q", server: 16), query: "q")
    #expect(try project.names(in: "some/where/baselines") == ["q.plan"])
    #expect(try project.read("some/where/baselines/q.plan") == Self.baseline("q", server: 16))
  }

  @Test func `a directory that cannot be created is an error`() throws {
    let project = try Project(["file": "x"])
    let store = BaselineStore(project.path("file/baselines"), serverMajor: 15)
    let error = project.failure { () throws(Diagnostic) in try store.save("text", query: "q") }
    #expect(
      error == "file/baselines: error: cannot make the directory of the baselines: part of its path is not a directory")
  }

  @Test func `a baseline that cannot be replaced is an error and is kept`() throws {
    let project = try Project(["baselines/q.plan/inside": "x"])
    let error = project.failure { () throws(Diagnostic) in try store(project).save("text", query: "q") }
    #expect(error == "baselines/q.plan: error: cannot write the baseline: it is a directory")
    #expect(try project.names(in: "baselines") == ["q.plan"])
  }
}
