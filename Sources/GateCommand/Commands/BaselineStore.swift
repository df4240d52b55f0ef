import FoundationEssentials
import OperatingSystem
import PlanCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The committed baselines, one file a query.
struct BaselineStore: Sendable {
  /// As the user would name it: `baselines`, or `baselines/15` where the project keeps one directory a server major.
  let directory: String

  static let suffix = ".plan"

  /// - Parameter serverMajor: its own directory is used when it exists.
  init(_ base: String, serverMajor: ServerMajor) {
    let own = "\(base)/\(serverMajor)"
    var isDirectory = false
    directory = FileManager.default.fileExists(atPath: own, isDirectory: &isDirectory) && isDirectory ? own : base
  }

  func path(of query: String) -> String { "\(directory)/\(query)\(BaselineStore.suffix)" }

  /// The text of a baseline, nil when there is none.
  func text(of query: String) throws(Diagnostic) -> String? {
    let path = path(of: query)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let text = String(validating: try readFile(path, "the baseline"), as: UTF8.self) else {
      throw Diagnostic("the baseline is not UTF-8\n\(BaselineStore.remedy)", file: path)
    }
    return text
  }

  /// The baseline of a query, nil when it has none.
  func load(_ query: String) throws(Diagnostic) -> QueryCapture? {
    guard let text = try text(of: query) else { return nil }
    let capture: QueryCapture
    do { capture = try BaselineFile.capture(parsing: text) } catch {
      if error.isNewerFormat {
        throw Diagnostic("\(error.message)\nupgrade plangate", file: path(of: query), line: error.line)
      }
      throw Diagnostic(
        "the baseline is damaged: \(error.message)\n\(BaselineStore.remedy)", file: path(of: query), line: error.line)
    }
    guard capture.query == query else {
      throw Diagnostic(
        "the baseline is of the query '\(capture.query)'\n\(BaselineStore.remedy)", file: path(of: query))
    }
    return capture
  }

  /// The baselines of some queries as a capture.
  func capture(of queries: [String]) -> Capture {
    let read = concurrentMap(queries) { query in Result { () throws(Diagnostic) in try load(query) } }
    var unreadable: [String: String] = [:]
    var captures: [QueryCapture] = []
    for (query, result) in zip(queries, read) {
      switch result {
      case .success(let capture): if let capture { captures.append(capture) }
      case .failure(let error): unreadable[query] = error.description
      }
    }
    return Capture(label: .baseline, queries: captures, unreadable: unreadable)
  }

  private static let remedy = "restore it, or delete it and record it anew"

  /// Writes a baseline.
  func save(_ text: String, query: String) throws(Diagnostic) {
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw Diagnostic("cannot make the directory of the baselines: \(reason(of: error))", file: directory)
    }
    do { try replaceFile(path(of: query), with: text) } catch {
      throw Diagnostic("cannot write the baseline: \(error.reason)", file: path(of: query))
    }
  }

  /// The names of files called like baselines, without those of these queries.
  func orphans(among queries: [String]) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(BaselineStore.suffix) }.map { String($0.dropLast(BaselineStore.suffix.count)) }
      .filter { !queries.contains($0) }.sorted()
  }

  /// Why what is called like a baseline is somebody else's, for plangate to leave alone; nil for a baseline.
  ///
  /// A symbolic link is never a baseline: the file that it leads to is kept elsewhere for a reason.
  func strangeness(of query: String) -> String? {
    // Neither follows a link nor waits for the writer of a pipe.
    let descriptor = open(path(of: query), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ELOOP { return "it is a symbolic link" }
      return errno == ENXIO ? "it is not a regular file" : "it cannot be read"
    }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { return "it cannot be read" }
    switch info.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: return "it is a directory"
    default: return "it is not a regular file"
    }
    var head = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &head, head.count)
    return BaselineFile.isTitle(of: head.prefix(max(0, count))) ? nil : "it is not a plangate baseline"
  }

  func remove(_ query: String) throws(Diagnostic) {
    do { try FileManager.default.removeItem(atPath: path(of: query)) } catch {
      throw Diagnostic("cannot remove the baseline: \(reason(of: error))", file: path(of: query))
    }
  }

  /// The server major of the committed baselines: of the first that can be read, or of the newest directory.
  static func major(in base: String, queries: [String]) -> ServerMajor? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
    for query in queries where names.contains(query + suffix) {
      guard let bytes = FileManager.default.contents(atPath: "\(base)/\(query)\(suffix)") else { continue }
      let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).prefix(4)
      guard let line = lines.first(where: { $0.hasPrefix("server: ") }) else { continue }
      if let number = Int(line.dropFirst("server: ".count)) { return ServerMajor(number) }
    }
    return names.compactMap { Int($0) }.max().map { ServerMajor($0) }
  }
}
