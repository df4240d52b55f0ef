import Foundation
import OperatingSystem
import Synchronization

/// A project in a temporary directory that lives as long as this value: seed, queries, manifest, baselines.
package final class Project: Sendable {
  package let directory: String

  /// The TMPDIR of every run, where only these runs leave anything behind.
  package var temporaryDirectory: String { directory + "/tmp" }

  /// An empty project.
  package init() throws {
    directory = try makeTemporaryDirectory("plangate-test")
    Leftovers.add(directory)
    // For the steps of a seed, which run as another user when plangate is root.
    chmod(directory, 0o777)
    try makeDirectory("tmp")
    // The server of a run by root belongs to another user too, and a test runs plangate as a third one.
    chmod(temporaryDirectory, 0o1777)
  }

  /// A project of these files, by their paths.
  package convenience init(_ files: [String: String]) throws {
    try self.init()
    for (path, text) in files { try write(path, text) }
  }

  package convenience init(copying other: Project) throws {
    try self.init()
    for path in try other.files() { try write(path, other.read(path)) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: directory)
    Leftovers.remove(directory)
  }

  // MARK: Files

  /// The absolute path of a file.
  package func path(_ path: String) -> String { "\(directory)/\(path)" }

  /// All files except those in TMPDIR, sorted.
  package func files(in folder: String = "") throws -> [String] {
    let root = folder.isEmpty ? directory : "\(directory)/\(folder)"
    return try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isDirectory)
        && !isDirectory.boolValue && !(folder.isEmpty && path.hasPrefix("tmp/"))
    }.sorted()
  }

  /// The names in a folder, except that of TMPDIR, sorted.
  package func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(folder)).filter { path($0) != temporaryDirectory }.sorted()
  }

  /// The texts of all files of a folder, by their paths.
  package func contents(of folder: String) throws -> [String: String] {
    try Dictionary(uniqueKeysWithValues: files(in: folder).map { ($0, try read("\(folder)/\($0)")) })
  }

  package func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(directory)/\(path)") }

  package func read(_ path: String) throws -> String {
    try String(contentsOfFile: "\(directory)/\(path)", encoding: .utf8)
  }

  package func write(_ path: String, _ text: String) throws { try write(path, bytes: Array(text.utf8)) }

  package func write(_ path: String, bytes: [UInt8]) throws {
    if let slash = path.lastIndex(of: "/") { try makeDirectory(String(path[..<slash])) }
    try Data(bytes).write(to: URL(fileURLWithPath: self.path(path)))
  }

  package func append(_ path: String, _ text: String) throws {
    try write(path, read(path) + text)
  }

  /// Replaces a text that the file contains exactly once.
  package func edit(_ path: String, _ old: String, _ new: String) throws {
    let parts = try read(path).components(separatedBy: old)
    guard parts.count == 2 else {
      throw TestFailure("\(path) holds '\(old)' \(parts.count - 1) times\n\(try read(path))")
    }
    try write(path, parts.joined(separator: new))
  }

  /// Writes or copies a program that can be run at once.
  package func writeProgram(_ path: String, _ text: String) throws {
    try write(path, text)
    try makeRunnable(path)
  }

  package func copyProgram(_ original: String, to path: String) throws {
    // Done by a separate program: children of other tests would inherit a file that is open for writing here.
    let copy = try RunningProgram(
      ["cp", original, "\(directory)/\(path)"], in: "/", environment: plainEnvironment()
    ).end()
    guard copy.status == 0 else { throw TestFailure("\(path) cannot be copied\n\(copy)") }
    try makeRunnable(path)
  }

  private func makeRunnable(_ path: String) throws {
    chmod("\(directory)/\(path)", 0o755)
    // A child that another thread was just starting may hold the file open for writing: "text file busy", status 126.
    let words = ["\(directory)/\(path)", "--version"]
    for _ in 0..<500 {
      if try RunningProgram(words, in: directory, environment: plainEnvironment()).end().status != 126 { return }
      usleep(10_000)
    }
    throw TestFailure("\(path) cannot be run")
  }

  package func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(directory)/\(path)") }

  package func move(_ path: String, to other: String) throws {
    try FileManager.default.moveItem(atPath: "\(directory)/\(path)", toPath: "\(directory)/\(other)")
  }

  package func makeDirectory(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: "\(directory)/\(path)", withIntermediateDirectories: true)
    chmod("\(directory)/\(path)", 0o777)
  }

  // MARK: Runs

  /// Runs the built binary in the project and waits for it to end.
  package func plangate(_ arguments: String..., environment: [String: String] = [:]) throws -> ProgramRun {
    try start(arguments, environment: environment).end()
  }

  /// Starts the built binary in the project.
  ///
  /// - Parameter launcher: words before it, such as those of `setpriv`.
  package func start(
    _ arguments: [String], environment: [String: String] = [:], launcher: [String] = [], binary: String? = nil
  ) throws -> RunningProgram {
    try RunningProgram(
      launcher + [binary ?? plangateBinary()] + arguments, in: directory,
      environment: plainEnvironment().merging([
        "TMPDIR": temporaryDirectory, "PLANGATE_CACHE_DIR": Leftovers.cache,
      ]) { $1 }.merging(environment) { $1 })
  }

  // MARK: What a run leaves behind

  /// The current contents of TMPDIR.
  package func temporaryFiles() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: temporaryDirectory).sorted()
  }

  /// Processes that run in TMPDIR, name it or have it in their environment.
  ///
  /// They are the server and its backends, psql, and the commands of a seed.
  package func processes() -> [String] {
    #if os(Linux)
      let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.filter { Int($0) != nil } ?? []
      return numbers.compactMap { number in
        let words = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(number)/cmdline"))) ?? Data()
        let variables = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(number)/environ"))) ?? Data()
        let place = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/cwd")) ?? ""
        let texts = [String(decoding: words, as: UTF8.self), String(decoding: variables, as: UTF8.self), place]
        guard texts.contains(where: { $0.contains(temporaryDirectory) }) else { return nil }
        return "\(number) \(texts[0].replacingOccurrences(of: "\0", with: " "))"
      }.sorted()
    #else
      guard
        let run = try? RunningProgram(["ps", "-Axww", "-o", "pid=,command="], in: "/", environment: plainEnvironment())
      else { return ["ps does not run"] }
      return run.end().stdout.components(separatedBy: "\n").filter { $0.contains(temporaryDirectory) }
    #endif
  }
}

/// Directories that tests share and that are released only when the process ends.
private enum Leftovers {
  /// The single cache of all tests, so that projects with the same seed are seeded once.
  static let cache: String = {
    let directory = (try? makeTemporaryDirectory("plangate-test-cache")) ?? "/tmp/plangate-test-cache"
    add(directory)
    return directory
  }()

  static let directories = Mutex<Set<String>>([])

  private static let atExit: Void = {
    atexit {
      for directory in Leftovers.directories.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: directory) }
    }
  }()

  static func add(_ directory: String) {
    atExit
    directories.withLock { _ = $0.insert(directory) }
  }

  static func remove(_ directory: String) { directories.withLock { _ = $0.remove(directory) } }
}
