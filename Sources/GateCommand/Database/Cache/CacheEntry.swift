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
    // By bytes: a cluster has thousands of lines.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
    guard lines.first.map(Substring.init) == CacheEntry.firstLine[...], lines.last.map(Substring.init) == "end" else {
      return nil
    }
    self.init(kind: .seeding, server: "", title: "")
    var kind: Kind?
    for line in lines.dropFirst().dropLast() {
      guard let (word, rest) = CacheEntry.parts(line) else { return nil }
      var value: String { String(Substring(rest)) }
      switch Substring(word) {
      case "kind": kind = Kind(rawValue: value)
      case "server": server = value
      case "title": title = value
      case "project": project = value
      case "state": chain.append(value)
      case "sampled": sampled.append(value)
      case "visited": notAllVisible.append(value)
      case "directory":
        guard CacheEntry.isInside(rest) else { return nil }
        directories.append(value)
      case "file", "shared":
        guard let (digits, path) = CacheEntry.parts(rest), let size = Int(Substring(digits)), size >= 0,
          CacheEntry.isInside(path)
        else { return nil }
        files.append(
          ClusterFile(path: String(Substring(path)), size: size, isShared: Substring(word) == "shared"))
      default: return nil
      }
    }
    guard let kind else { return nil }
    self.kind = kind
  }

  /// What stands before and after the first space.
  private static func parts(_ line: Substring.UTF8View) -> (Substring.UTF8View, Substring.UTF8View)? {
    guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
    return (line[..<space], line[line.index(after: space)...])
  }

  /// A cache may come from elsewhere: no path of it leads out of the cluster.
  private static func isInside(_ path: Substring.UTF8View) -> Bool {
    let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return !parts.contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
  }

  /// A line holds no line feed.
  private static func escaped(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
