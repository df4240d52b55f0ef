import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The command `plangate init`.
struct InitRun {
  let console: Console

  private enum Result: Equatable {
    case written
    /// The file already exists.
    case kept
    case failed(String)
  }

  func run() throws(Diagnostic) -> ExitStatus {
    let hasManifest = exists(StarterProject.manifest.path)
    // Without an existing manifest only: its glob might otherwise take the example for a seed. The manifest comes last,
    // so that it never names files that could not be written.
    let example = hasManifest ? [] : [StarterProject.example, StarterProject.query]
    var results: [Result] = []
    for file in example + [StarterProject.workflow, StarterProject.manifest] {
      if file == StarterProject.manifest, results.contains(where: { $0 != .written && $0 != .kept }) { break }
      let result = write(file)
      results.append(result)
      switch result {
      case .written: console.say("wrote       \(file.path)")
      case .kept: console.say("kept        \(file.path) (exists)")
      case .failed(let reason):
        Console.error(Diagnostic("cannot write the file: \(reason)", file: file.path).description)
      }
    }
    let hasFailed = results.contains { $0 != .written && $0 != .kept }
    guard results.contains(.written) else {
      if !hasFailed { Console.error("error: nothing was written: all files already exist") }
      return .unchecked
    }
    if hasFailed { return .unchecked }
    if hasManifest { console.say("            no example written, because a manifest exists") }
    let steps = StarterProject.nextSteps(hasExample: !hasManifest)
    let width = steps.map(\.command.count).max() ?? 0
    console.say("\nNext:")
    for (index, step) in steps.enumerated() {
      let command = step.command + String(repeating: " ", count: width - step.command.count)
      console.say("  \(index + 1). \(command)  \(step.text)")
    }
    return .passed
  }

  private func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Writes a file that does not exist.
  ///
  /// Check and creation are one step, so that nothing can come between them.
  private func write(_ file: StarterProject.File) -> Result {
    if exists(file.path) { return .kept }
    let directory = parentDirectory(of: file.path)
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      var status = stat()
      let isOther = stat(directory, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
      return .failed(isOther ? "\(directory) is not a directory" : reason(of: error))
    }
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return errno == EEXIST ? .kept : .failed(String(cString: strerror(errno))) }
    let isWhole = writeAll(file.text, to: descriptor)
    let error = errno
    guard close(descriptor) == 0, isWhole else {
      unlink(file.path)
      return .failed(String(cString: strerror(isWhole ? errno : error)))
    }
    return .written
  }
}
