import Postgres

/// What a cached cluster is, and the files that it has. It is written last, and what it lists is compared when the cluster
/// is copied: an entry that is half written or was changed is none.
struct CacheEntry: Equatable, Sendable {
  enum Kind: String, Sendable {
    /// As `initdb` makes it.
    case initialised
    /// After some steps of a seed.
    case seeding
    /// After all steps, vacuumed and analysed.
    case seeded
  }

  var kind: Kind
  /// `15.18`.
  var server: String
  /// For people: how far the seed has come.
  var title: String
  /// For people: the manifest; empty for a cluster that serves every one.
  var project = ""
  /// The states on the way to this one, oldest first.
  var chain: [String] = []
  /// What a run says of the statistics: relations too large for a whole sample, and those with pages not all visible.
  var sampled: [String] = []
  var notAllVisible: [String] = []
  var directories: [String] = []
  var files: [ClusterFile] = []

  /// In bytes.
  var size: Int { files.reduce(0) { $0 + $1.size } }

  /// Whether nobody but plangate connects to its databases, so that a server may start before their files are there. Where
  /// something else may, a library that is preloaded for example, `SharedFiles` shares none of those that all databases
  /// have in common.
  var isLeftAlone: Bool { files.contains { $0.isShared && $0.path.hasPrefix("global/") } }

  private static let firstLine = "plangate cluster 1"

  /// The text on disk.
  var text: String {
    var lines = [
      CacheEntry.firstLine, "kind \(kind.rawValue)", "server \(server)", "title \(CacheEntry.escaped(title))",
      "project \(CacheEntry.escaped(project))",
    ]
    lines += chain.map { "state \($0)" }
    lines += sampled.map { "sampled \(CacheEntry.escaped($0))" }
    lines += notAllVisible.map { "visited \(CacheEntry.escaped($0))" }
    lines += directories.map { "directory \($0)" }
    lines += files.map { "\($0.isShared ? "shared" : "file") \($0.size) \($0.path)" }
    lines.append("end")
    return lines.joined(separator: "\n") + "\n"
  }

  init(kind: Kind, server: String, title: String) {
    self.kind = kind
    self.server = server
    self.title = title
  }

  /// Nil for a text that is not complete, or of another version.
  init?(parsing text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    guard lines.first == CacheEntry.firstLine[...], lines.last == "end" else { return nil }
    self.init(kind: .seeding, server: "", title: "")
    var kind: Kind?
    for line in lines.dropFirst().dropLast() {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { return nil }
      let value = parts[1]
      switch parts[0] {
      case "kind": kind = Kind(rawValue: value)
      case "server": server = value
      case "title": title = value
      case "project": project = value
      case "state": chain.append(value)
      case "sampled": sampled.append(value)
      case "visited": notAllVisible.append(value)
      case "directory":
        guard CacheEntry.isInside(value) else { return nil }
        directories.append(value)
      case "file", "shared":
        let fields = value.split(separator: " ", maxSplits: 1).map(String.init)
        guard fields.count == 2, let size = Int(fields[0]), size >= 0, CacheEntry.isInside(fields[1])
        else { return nil }
        files.append(ClusterFile(path: fields[1], size: size, isShared: parts[0] == "shared"))
      default: return nil
      }
    }
    guard let kind else { return nil }
    self.kind = kind
  }

  /// A cache may come from elsewhere: no path of it leads out of the cluster.
  private static func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." }
  }

  /// A line holds no line feed.
  private static func escaped(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
