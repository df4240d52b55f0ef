import JSON
import PlanCore
import Postgres

/// The description of a cached cluster and its files.
///
/// It is written last, and its list is compared when the cluster is copied, so an entry that is incomplete or was
/// changed is ignored.
struct CacheEntry: Equatable, Sendable {
  enum Kind: String, Sendable {
    /// The cluster as `initdb` makes it.
    case initialised
    /// The cluster after some steps of a seed.
    case seeding
    /// The cluster after all steps of a seed, analyzed, and some migrations.
    case migrating
    /// The cluster after all steps and migrations, vacuumed and analyzed.
    case seeded
  }

  var kind: Kind
  /// The server's version, such as `15.18`.
  var server: String
  /// The progress of the seed, for people.
  var title: String
  /// The manifest, for people; empty for a cluster that serves every one.
  var project = ""
  /// The states on the way to this one, oldest first.
  var chain: [String] = []
  /// The statistics notes of a run: relations too large to analyze in full, and those with pages that are not all
  /// visible.
  var sampled: [String] = []
  var notAllVisible: [String] = []
  /// What the seed did that VACUUM and ANALYZE hide: it cannot be seen in a cluster that had them.
  var traces = SeedTraces()
  /// Settings of statistics that analyzing whole tables hides.
  var overrides: [StatisticsOverride] = []
  /// What the statistics were made from, where migrations follow.
  var basis: StatisticsBasis?
  var directories: [String] = []
  var files: [ClusterFile] = []

  /// The size in bytes.
  var size: Int { statedSize ?? files.reduce(0) { $0 + $1.size } }
  /// The size, for an entry that was read without its files.
  private var statedSize: Int?

  /// Whether only plangate connects to its databases, so that a server may start before their files are in place.
  ///
  /// If anything else may connect, such as a preloaded library, `SharedFiles` shares the files of one database only.
  var isLeftAlone: Bool {
    let shared = files.lazy.filter { $0.sharing != .none }.map { $0.path.utf8 }
    guard let first = shared.first, let slash = first.lastIndex(of: UInt8(ascii: "/")) else { return false }
    return !shared.allSatisfy { $0.starts(with: first[...slash]) }
  }

  private static let firstLine = "plangate cluster 3"

  /// The text on disk.
  var text: String {
    var lines = [
      CacheEntry.firstLine, "kind \(kind.rawValue)", "server \(server)", "title \(CacheEntry.escaped(title))",
      "project \(CacheEntry.escaped(project))",
    ]
    lines += chain.map { "state \($0)" }
    lines += sampled.map { "sampled \(CacheEntry.escaped($0))" }
    lines += notAllVisible.map { "visited \(CacheEntry.escaped($0))" }
    if !traces.isEmpty { lines.append("traces \(traces.json.text)") }
    lines += overrides.map { "override \($0.json.text)" }
    if let basis { lines.append("basis \(basis.json.text)") }
    lines.append("size \(size)")
    lines += directories.map { "directory \($0)" }
    lines += files.map { "\($0.sharing.rawValue) \($0.size) \($0.path)" }
    lines.append("end")
    return lines.joined(separator: "\n") + "\n"
  }

  init(kind: Kind, server: String, title: String) {
    self.kind = kind
    self.server = server
    self.title = title
  }

  /// Nil for a text that is incomplete or of another version.
  ///
  /// - Parameter readsFiles: whether to read the directories and files, of which there are thousands.
  init?(parsing text: String, readsFiles: Bool = true) {
    // Bytes are compared because a cluster has thousands of lines.
    var unread = text.utf8[...]
    guard text.utf8.reversed().starts(with: "end\n".utf8.reversed()) else { return nil }
    unread.removeLast("end\n".utf8.count)
    func line() -> Substring.UTF8View? {
      guard let end = unread.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      defer { unread = unread[unread.index(after: end)...] }
      return unread[..<end]
    }
    guard line().map(Substring.init) == CacheEntry.firstLine[...] else { return nil }
    self.init(kind: .seeding, server: "", title: "")
    var kind: Kind?
    var statedSize: Int?
    while let line = line() {
      guard let (word, rest) = CacheEntry.parts(line) else { return nil }
      var value: String { String(Substring(rest)) }
      if let sharing = ClusterFile.Sharing(rawValue: String(Substring(word))) {
        guard let (digits, path) = CacheEntry.parts(rest), let size = Int(Substring(digits)), size >= 0,
          CacheEntry.isInside(path)
        else { return nil }
        files.append(ClusterFile(path: String(Substring(path)), size: size, sharing: sharing))
        continue
      }
      switch Substring(word) {
      case "kind": kind = Kind(rawValue: value)
      case "server": server = value
      case "title": title = value
      case "project": project = value
      case "state": chain.append(value)
      case "sampled": sampled.append(value)
      case "visited": notAllVisible.append(value)
      case "traces":
        guard let read = (try? JSON(parsing: value)).flatMap({ SeedTraces($0) }) else { return nil }
        traces = read
      case "override":
        guard let read = (try? JSON(parsing: value)).flatMap({ StatisticsOverride($0) }) else { return nil }
        overrides.append(read)
      case "basis":
        guard let read = (try? JSON(parsing: value)).flatMap({ StatisticsBasis($0) }) else { return nil }
        basis = read
      case "size":
        statedSize = Int(value)
        if !readsFiles { unread = unread[unread.endIndex...] }
      case "directory":
        guard CacheEntry.isInside(rest) else { return nil }
        directories.append(value)
      default: return nil
      }
    }
    guard let kind, let statedSize else { return nil }
    self.kind = kind
    if !readsFiles { self.statedSize = statedSize }
  }

  /// The parts before and after the first space.
  private static func parts(_ line: Substring.UTF8View) -> (Substring.UTF8View, Substring.UTF8View)? {
    guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
    return (line[..<space], line[line.index(after: space)...])
  }

  /// Whether a path stays inside the cluster, since a cache may come from elsewhere.
  private static func isInside(_ path: Substring.UTF8View) -> Bool {
    let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return !parts.contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
  }

  /// The text on one line: an entry's lines cannot contain line feeds.
  private static func escaped(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
