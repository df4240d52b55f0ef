import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The files of a directory that `plangate init` looks at.
///
/// Links are neither followed nor listed, so that nothing outside of the directory is read.
struct ProjectTree {
  /// The path of the directory as the user would name it.
  let root: String
  /// The regular files, relative to the directory, sorted.
  private(set) var files: [String] = []
  /// The directories that pg_dump made, relative to the directory, sorted.
  private(set) var directoryDumps: [String] = []
  /// The directories that cannot be read.
  private(set) var unreadable: [String] = []
  /// What it did not look at; nil if there was nothing more.
  private(set) var limit: String?
  let summaries = SummaryCache()

  static let deepest = 12
  static let mostFiles = 20_000
  /// The size in bytes above which a file's text is not looked at.
  static let largestText = 8 << 20

  /// Directories of dependencies and of what programs make.
  private static let skipped: Set<String> = [
    "__pycache__", "_build", "baselines", "bin", "bower_components", "build", "coverage", "deps", "dist", "env", "log",
    "logs", "node_modules", "obj", "out", "Pods", "site-packages", "target", "third_party", "tmp", "vendor", "venv",
  ]

  /// The hidden directories that hold what init looks for.
  private static let hidden: Set<String> = [".sqlx", ".github", ".devcontainer"]

  init(_ root: String = ".") {
    self.root = root
    // Level by level, so that what is left out of a large project is what is deepest.
    var level = [""]
    for depth in 0...ProjectTree.deepest where !level.isEmpty {
      var next: [String] = []
      for directory in level { visit(directory, &next) }
      if depth == ProjectTree.deepest, let first = next.first {
        limit = limit ?? "\(first) and other directories are deeper than \(ProjectTree.deepest) levels"
        break
      }
      level = next
    }
    files.sort()
    directoryDumps.sort()
  }

  /// Lists the files of a directory, and adds those below it to `next`.
  private mutating func visit(_ directory: String, _ next: inout [String]) {
    let path = absolute(directory)
    // Another repository inside this one, such as a submodule, is not this project.
    if !directory.isEmpty, ProjectTree.exists(path + "/.git") { return }
    if !directory.isEmpty, SeedFormat.isDirectoryDump(path) {
      directoryDumps.append(directory)
      return
    }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      unreadable.append(directory.isEmpty ? root : directory)
      return
    }
    for name in names.sorted() {
      guard files.count < ProjectTree.mostFiles else {
        limit = "more than \(ProjectTree.mostFiles) files"
        return
      }
      var status = stat()
      let inner = directory.isEmpty ? name : "\(directory)/\(name)"
      guard lstat(absolute(inner), &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFREG: files.append(inner)
      case S_IFDIR:
        if ProjectTree.skipped.contains(name) || name.hasPrefix(".") && !ProjectTree.hidden.contains(name) { continue }
        next.append(inner)
      default: break
      }
    }
  }

  private func absolute(_ path: String) -> String {
    path.isEmpty ? root : root == "." ? path : "\(root)/\(path)"
  }

  /// Whether something has this path, be it a link to nothing.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  // MARK: Reading

  /// Whether a regular file of the tree has this path.
  func has(_ path: String) -> Bool {
    var (low, high) = (0, files.count)
    while low < high {
      let middle = (low + high) / 2
      if files[middle] < path { low = middle + 1 } else { high = middle }
    }
    return low < files.count && files[low] == path
  }

  /// Why `text` has none of a file, without its path.
  func textProblem(_ path: String) -> String {
    if case .utf16(let name) = format(of: path) { return "\(name), which psql does not read; convert it to UTF-8" }
    return "cannot be read, is larger than \(ProjectTree.largestText >> 20) MB, or is not UTF-8"
  }

  /// The text of a file; nil if it cannot be read, is too large or not UTF-8.
  func text(_ path: String) -> String? {
    let path = absolute(path)
    var status = stat()
    guard lstat(path, &status) == 0, status.st_size <= ProjectTree.largestText, let bytes = try? readBytes(path) else {
      return nil
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The beginning of a file, however large it is; nil if it cannot be read.
  ///
  /// - Parameter count: the most bytes to read.
  func beginning(_ path: String, _ count: Int) -> String? {
    guard let file = OpenFile(reading: absolute(path)) else { return nil }
    var buffer = [UInt8](repeating: 0, count: count)
    let read = buffer.withUnsafeMutableBytes { readInto(file.descriptor, $0) }
    return read < 0 ? nil : String(decoding: buffer.prefix(read), as: UTF8.self)
  }

  func isLarge(_ path: String) -> Bool {
    var status = stat()
    return lstat(absolute(path), &status) == 0 && status.st_size > ProjectTree.largestText
  }

  /// The format of a file, by its first bytes.
  func format(of path: String) -> SeedFormat { SeedFormat(of: absolute(path)) }

  /// The files whose name ends like this.
  func files(ending suffix: String) -> [String] { files.filter { $0.hasSuffix(suffix) } }

  /// The files of this name, those nearest to the root first.
  func files(named name: String) -> [String] {
    files.filter { ProjectPath.name($0) == name }.sorted { ProjectPath.isNearer($0, $1) }
  }

  /// The files in a directory and below it.
  func files(below directory: String) -> [String] {
    directory == "." ? files : files.filter { $0.hasPrefix(directory + "/") }
  }
}

/// Paths relative to the project's directory.
enum ProjectPath {
  static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The name without its last suffix.
  static func stem(_ path: String) -> String {
    let name = name(path)
    return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }

  /// The names of the directories above.
  static func folders(_ path: String) -> [Substring] { Array(path.split(separator: "/").dropLast()) }

  static func isNearer(_ a: String, _ b: String) -> Bool {
    let (first, second) = (folders(a).count, folders(b).count)
    return first == second ? a < b : first < second
  }

  private static let trials: Set<Substring> = [
    "__tests__", "benchmark", "benchmarks", "cypress", "demo", "demos", "doc", "docs", "e2e", "example", "examples",
    "mock", "mocks", "playwright", "spec", "specs", "template", "templates", "test", "testdata", "tests",
  ]

  /// Whether it is in a directory of tests, examples or documents.
  static func isTrial(_ path: String) -> Bool { folders(path).contains { trials.contains($0) } }

  private static let otherDatabases: Set<Substring> = [
    "bigquery", "clickhouse", "cockroach", "db2", "duckdb", "h2", "hsqldb", "mariadb", "mssql", "mysql", "oracle",
    "redshift",
    "snowflake", "spanner", "sqlite", "sqlite3", "sqlserver",
  ]

  /// Whether it is in a directory that is named after another database.
  static func isForOtherDatabase(_ path: String) -> Bool {
    path.split(separator: "/").contains { otherDatabases.contains(Substring($0.lowercased())) }
  }
}
