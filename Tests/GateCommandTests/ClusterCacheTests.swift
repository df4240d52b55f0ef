import Foundation
import OperatingSystem
import Postgres
import Synchronization
import Testing
import TestSupport

@testable import GateCommand

/// The cache, with small directories in place of clusters.
@Suite struct ClusterCacheTests: Sendable {
  private let project: Project
  private let cache: ClusterCache

  init() throws {
    project = try Project()
    cache = try ClusterCache(environment: ["PLANGATE_CACHE_SIZE": "1MB"], base: project.path("cache"))
  }

  /// Adds an entry with a file of this text.
  @discardableResult
  private func add(_ key: String, _ text: String = "one", kind: CacheEntry.Kind = .seeded) throws -> Bool {
    let draft = try #require(cache.draft())
    return try cache.add(draft, entry(text, in: draft, kind: kind), as: key)
  }

  private func entry(
    _ text: String, in draft: ClusterCache.Draft, kind: CacheEntry.Kind = .seeded
  ) throws -> CacheEntry {
    try FileManager.default.createDirectory(atPath: "\(draft.cluster)/base", withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(draft.cluster)/base/1"))
    try Data("15\n".utf8).write(to: URL(fileURLWithPath: "\(draft.cluster)/PG_VERSION"))
    var entry = CacheEntry(kind: kind, server: "15.18", title: "seeded")
    (entry.directories, entry.files) = try ClusterFiles(draft.cluster).seal(.init(folders: ["base"]))
    return entry
  }

  private func take(_ key: String, to name: String, sharing: Bool = false) -> CacheEntry? {
    cache.take(key, to: project.path(name), owner: nil, for: sharing ? .reading : .own)
  }

  private func unfinished() throws -> [String] { try project.names(in: "cache/1/unfinished") }
  private func keys() throws -> [String] { try project.names(in: "cache/1/entries") }

  /// Changes the time at which an entry was last used.
  private func age(_ key: String, seconds: Int) {
    var times = [timeval(tv_sec: time(nil) - seconds, tv_usec: 0), timeval(tv_sec: time(nil) - seconds, tv_usec: 0)]
    #expect(utimes(project.path("cache/1/entries/\(key)"), &times) == 0)
  }

  // MARK: Its place

  @Test func `the cache is where the environment says`() {
    func base(_ environment: [String: String]) -> String? { ClusterCache.base(environment) }
    #expect(base(["PLANGATE_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/a")
    #expect(base(["PLANGATE_CACHE_DIR": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/b/plangate")
    #expect(base(["XDG_CACHE_HOME": "relative", "HOME": "/c"]) == "/c/.cache/plangate")
    #expect(base(["XDG_CACHE_HOME": "", "HOME": "/c"]) == "/c/.cache/plangate")
    #expect(base(["HOME": "relative"]) == nil)
    #expect(base([:]) == nil)
    #expect(base(["PLANGATE_CACHE_DIR": "a/b"]) == "\(FileManager.default.currentDirectoryPath)/a/b")
  }

  @Test func `a cache directory that cannot be created is reported`() throws {
    try project.write("file", "")
    for base in [project.path("file"), project.path("file/cache"), "/proc/cache"] {
      let error = #expect(throws: Diagnostic.self) { try ClusterCache(environment: [:], base: base) }
      #expect(error?.message.hasPrefix("cannot create the cache \(base)/1/entries: ") == true, "\(error as Any)")
    }
    let error = #expect(throws: Diagnostic.self) { try ClusterCache(environment: [:]) }
    #expect(error?.message.contains("PLANGATE_CACHE_DIR") == true)
  }

  @Test func `the cache is private to its user`() throws {
    for path in ["cache/1", "cache/1/entries", "cache/1/unfinished"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: project.path(path))
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700, "\(path)")
    }
  }

  @Test(arguments: [
    ("500MB", 500 << 20), ("5GB", 5 << 30), ("5gb", 5 << 30), ("5 GB", 5 << 30), ("64kb", 64 << 10), ("1TB", 1 << 40),
    ("0MB", 0),
  ])
  func `a size is a number with a unit`(text: String, bytes: Int) throws {
    #expect(ClusterCache.bytes(text) == bytes)
    #expect(try ClusterCache(environment: ["PLANGATE_CACHE_SIZE": text], base: project.path("c")).limit == bytes)
  }

  @Test(arguments: ["5", "GB", "-1GB", "1.5GB", "five GB", "5G", "5GBs", "99999999TB", "9999999999999999999TB", " "])
  func `anything but a size is an error`(text: String) {
    #expect(ClusterCache.bytes(text) == nil)
    #expect(throws: Diagnostic("PLANGATE_CACHE_SIZE is a size such as 500MB or 5GB, not '\(text)'")) {
      try ClusterCache(environment: ["PLANGATE_CACHE_SIZE": text], base: project.path("c"))
    }
  }

  @Test func `by default the cache holds 5 GB`() throws {
    for environment in [[:], ["PLANGATE_CACHE_SIZE": ""]] {
      #expect(try ClusterCache(environment: environment, base: project.path("c")).limit == 5 << 30)
    }
  }

  // MARK: Adding and taking

  @Test func `an added entry can be used any number of times`() throws {
    #expect(try add("a", "first"))
    #expect(try add("b", "second", kind: .seeding))
    for (round, sharing) in [false, true, false].enumerated() {
      let entry = try #require(take("a", to: "copy \(round)", sharing: sharing))
      #expect(entry.kind == .seeded)
      #expect(entry.title == "seeded")
      #expect(try project.read("copy \(round)/base/1") == "first")
      #expect(try project.read("copy \(round)/PG_VERSION") == "15\n")
    }
    #expect(take("b", to: "other")?.kind == .seeding)
    #expect(try project.read("other/base/1") == "second")
    #expect(try unfinished() == [])
  }

  @Test func `an entry that was not added cannot be used`() throws {
    #expect(take("a", to: "copy") == nil)
    #expect(try project.names(in: "") == ["cache"])
  }

  @Test func `changes to a copy do not affect the entry`() throws {
    try add("a")
    _ = take("a", to: "copy")
    try project.write("copy/base/1", "two")
    try project.write("copy/PG_VERSION", "16\n")
    #expect(take("a", to: "next") != nil)
    #expect(try project.read("next/base/1") == "one")
  }

  @Test func `the first of two writers of a key wins`() throws {
    let first = try #require(cache.draft())
    let second = try #require(cache.draft())
    let firstEntry = try entry("first", in: first)
    let secondEntry = try entry("second", in: second)
    #expect(cache.add(first, firstEntry, as: "a"))
    #expect(!cache.add(second, secondEntry, as: "a"))
    _ = take("a", to: "copy")
    #expect(try project.read("copy/base/1") == "first")
  }

  @Test func `concurrent writers and readers see whole entries`() throws {
    let failures = Mutex<[String]>([])
    concurrently(40, workers: 8, { () }) { index, _ in
      do {
        try add("key \(index % 3)", "text of \(index % 3)")
        guard take("key \(index % 3)", to: "copy \(index)", sharing: index.isMultiple(of: 2)) != nil else {
          return failures.withLock { $0.append("\(index): not there") }
        }
        let text = try project.read("copy \(index)/base/1")
        if text != "text of \(index % 3)" { failures.withLock { $0.append("\(index): \(text)") } }
        if index.isMultiple(of: 7) { cache.tidy() }
      } catch { failures.withLock { $0.append("\(index): \(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(try keys() == ["key 0", "key 1", "key 2"])
    #expect(try unfinished() == [])
  }

  @Test func `an abandoned draft leaves nothing`() throws {
    do {
      let draft = try #require(cache.draft())
      _ = try entry("one", in: draft)
      #expect(try unfinished().count == 1)
    }
    #expect(try unfinished() == [])
    #expect(try keys() == [])
  }

  // MARK: Damage

  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The damage, given the path of the entry.
    let apply: @Sendable (String) throws -> Void

    init(_ description: String, _ apply: @escaping @Sendable (String) throws -> Void) {
      testDescription = description
      self.apply = apply
    }
  }

  static let damages = [
    Damage("a file is shorter") { truncate("\($0)/cluster/base/1", 1) },
    Damage("a byte is another") { try Data("onf".utf8).write(to: URL(fileURLWithPath: "\($0)/cluster/base/1")) },
    Damage("a file is missing") { unlink("\($0)/cluster/PG_VERSION") },
    Damage("the files are missing") { try FileManager.default.removeItem(atPath: "\($0)/cluster") },
    Damage("the text is half") { truncate("\($0)/entry", 40) },
    Damage("the text is empty") { truncate("\($0)/entry", 0) },
    Damage("the text is missing") { unlink("\($0)/entry") },
    Damage("the text is a directory") {
      unlink("\($0)/entry")
      mkdir("\($0)/entry", 0o700)
    },
  ]

  @Test(arguments: damages, [false, true])
  func `a damaged entry is not used, is removed and can be added again`(damage: Damage, sharing: Bool) throws {
    try add("a")
    try damage.apply(project.path("cache/1/entries/a"))
    #expect(take("a", to: "copy", sharing: sharing) == nil)
    #expect(try project.names(in: "") == ["cache"])
    #expect(try keys() == [])
    #expect(try unfinished() == [])
    #expect(try add("a", "anew"))
    #expect(take("a", to: "copy", sharing: sharing) != nil)
    #expect(try project.read("copy/base/1") == "anew")
  }

  @Test func `an empty directory in the place of an entry does not matter`() throws {
    try FileManager.default.createDirectory(
      atPath: project.path("cache/1/entries/a"), withIntermediateDirectories: true)
    #expect(take("a", to: "copy") == nil)
    #expect(try add("a"))
    #expect(take("a", to: "copy") != nil)
  }

  @Test func `an unwritable target is not blamed on the entry`() throws {
    try add("a")
    #expect(cache.take("a", to: "/proc/copy", owner: nil, for: .own) == nil)
    #expect(try keys() == ["a"])
  }

  // MARK: Its size

  @Test func `the most recently used entries are kept, up to the limit`() throws {
    let text = String(repeating: "x", count: 300 << 10)
    for (index, key) in ["a", "b", "c", "d"].enumerated() {
      try add(key, text)
      age(key, seconds: 1000 - index)
    }
    // Taking an entry counts as use.
    _ = take("a", to: "copy")
    cache.tidy()
    #expect(try keys() == ["a", "c", "d"])
    #expect(cache.list().map(\.key) == ["a", "d", "c"])
    #expect(try unfinished() == [])
  }

  @Test func `a broken entry is evicted first`() throws {
    try add("a")
    try add("b")
    truncate(project.path("cache/1/entries/a/entry"), 30)
    #expect(cache.list().map(\.key) == ["b"])
    cache.tidy()
    #expect(try keys() == ["b"])
  }

  @Test func `the list describes entries, the most recently used first`() throws {
    try add("a", "123456")
    try add("b")
    age("b", seconds: 100)
    let list = cache.list()
    #expect(list.map(\.key) == ["a", "b"])
    #expect(list[0].entry.size == 9)
    #expect(list[0].used - list[1].used >= 99)
  }

  @Test func `clear removes everything and reports it`() throws {
    try add("a", "123456")
    try add("b")
    try project.write("cache/1/entries/broken/entry", "half")
    let draft = try #require(cache.draft())
    let cleared = try cache.clear()
    #expect(cleared.count == 2 && cleared.size == 15)
    #expect(try keys() == [])
    #expect(cache.list().isEmpty)
    // This one is still being written.
    #expect(try unfinished().count == 1)
    #expect(try cache.add(draft, entry("one", in: draft), as: "a"))
  }

  // MARK: What killed runs leave

  @Test func `drafts of ended processes are removed, those of running ones stay`() throws {
    try project.write("cache/1/unfinished/dead/cluster/base/1", "half")
    try project.write("cache/1/unfinished/dead/lock", "")
    try project.write("cache/1/unfinished/early/cluster", "")
    let living = try #require(cache.draft())
    // Opening the cache tidies it.
    _ = try ClusterCache(environment: [:], base: project.path("cache"))
    #expect(try unfinished().count == 1)
    #expect(
      FileManager.default.fileExists(atPath: URL(fileURLWithPath: living.cluster).deletingLastPathComponent().path))
    #expect(try cache.add(living, entry("one", in: living), as: "a"))
  }

  @Test func `nothing is removed while the cache is in use, and clear waits`() throws {
    try add("a")
    try project.write("cache/1/unfinished/dead/lock", "")
    var lock = FileLock(project.path("cache/1/lock"), creates: true, isShared: true, waits: true)
    #expect(lock != nil)
    cache.tidy()
    #expect(try unfinished() == ["dead"])
    // Reading and adding continue.
    #expect(take("a", to: "copy") != nil)
    #expect(try add("b"))

    let isDone = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [cache] in
      _ = try? cache.clear()
      isDone.signal()
    }
    #expect(isDone.wait(timeout: .now() + .milliseconds(100)) == .timedOut)
    #expect(try keys() == ["a", "b"])
    lock = nil
    isDone.wait()
    #expect(try keys() == [])
  }
}

/// The cache is used only if no other user may have written to it.
@Suite struct CacheTrustTests {
  private func made() throws -> (Project, String) {
    let project = try Project()
    let base = project.path("cache")
    _ = try ClusterCache(environment: [:], base: base)
    return (project, base)
  }

  @Test func `a directory that others can write to, or of another user, is not trusted`() throws {
    let (project, base) = try made()
    #expect(ClusterCache.distrust(base) == nil)
    #expect(ClusterCache.distrust(project.path("missing")) == nil)
    chmod(base, 0o1777)
    #expect(ClusterCache.distrust(base) == nil)
    for path in [base, base + "/1", base + "/1/entries", base + "/1/unfinished"] {
      for mode: mode_t in [0o720, 0o702, 0o777] + (path == base ? [] : [0o1777]) {
        chmod(path, mode)
        let reason = try #require(ClusterCache.distrust(base))
        #expect(
          reason.hasPrefix("other users can write to \(path) (mode \(String(mode, radix: 8)))\nremove "), "\(reason)")
        #expect(throws: Diagnostic.self) { try ClusterCache(environment: [:], base: base) }
      }
      chmod(path, 0o755)
      #expect(ClusterCache.distrust(base) == nil)
      let other = try #require(ClusterCache.distrust(base, user: geteuid() + 1))
      #expect(other.hasPrefix("\(base) belongs to another user (uid \(geteuid()), not \(geteuid() + 1))\n"), "\(other)")
    }
  }

  @Test func `a link in the place of the cache's directories is not followed`() throws {
    let (project, base) = try made()
    try FileManager.default.moveItem(atPath: base + "/1/entries", toPath: project.path("elsewhere"))
    try FileManager.default.createSymbolicLink(
      atPath: base + "/1/entries", withDestinationPath: project.path("elsewhere"))
    #expect(ClusterCache.distrust(base)?.hasPrefix("\(base)/1/entries is a symbolic link\n") == true)
    // The user's own path may be one.
    let (other, second) = try made()
    try FileManager.default.createSymbolicLink(atPath: other.path("link"), withDestinationPath: second)
    #expect(ClusterCache.distrust(other.path("link")) == nil)
  }
}
