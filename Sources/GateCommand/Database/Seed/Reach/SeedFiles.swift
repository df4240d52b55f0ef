import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A script of the seed and all files that it includes.
struct SeedFiles {
  /// The directory in which psql runs.
  let directory: String
  private var files: [(path: String, bytes: Data)] = []
  private var unread: [(path: String, reach: SeedReach)] = []
  private var seen: Set<String> = []
  /// Whether data may be missing after a COPY: one that is skipped, or fails without ending the script, has none.
  private(set) var mayLackData = false
  /// Whether backslashes may be escapes in all strings.
  private(set) var mayEscape = false

  init(directory: String) { self.directory = directory }

  /// - Parameters:
  ///   - file: the file that holds its text, if that is a copy.
  ///   - isOriginal: whether plangate leaves out parts of the file before it runs, if it is a dump.
  ///   - isComplete: whether a missing file is an error.
  mutating func add(_ path: String, readFrom file: String? = nil, isOriginal: Bool = false, isComplete: Bool) {
    guard seen.insert(path).inserted, let original = SeedFiles.contents(of: file ?? path) else { return }
    // psql itself reads the files that a script includes, so nothing of those is left out.
    let edited = isOriginal ? original.withUnsafeBytes { DumpScript($0, for: .anyGiven).text } : nil
    let bytes = edited ?? original
    files.append((path, bytes))
    let scan = bytes.withUnsafeBytes { ReachScan($0) }
    mayLackData = mayLackData || scan.mayLackData
    mayEscape = mayEscape || scan.mayEscape
    for include in scan.includes {
      let target = joined(include.isRelativeToFile ? parentDirectory(of: path) : directory, include.path)
      if isComplete, !SeedFiles.isRegular(target) {
        unread.append(
          (path, SeedReach(line: include.line, kind: .include, what: "\(include.what) (no such file)")))
      }
      add(target, isComplete: isComplete)
    }
  }

  /// The problems, in the order of the files.
  func reaches(_ mode: ReachScan.Mode) -> [(file: String, reach: SeedReach)] {
    files.flatMap { file in
      let found = file.bytes.withUnsafeBytes { ReachScan($0, mode).reaches }
      return (found + unread.filter { $0.path == file.path }.map(\.reach)).map { (file.path, $0) }
    }
  }

  private static func contents(of path: String) -> Data? {
    // Reading a pipe would block.
    isRegular(path) ? FileManager.default.contents(atPath: path) : nil
  }

  private static func isRegular(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
  }
}
