import FoundationEssentials
import PlanCore
import Reporting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The reports that the command line asks for.
struct ReportFiles {
  private let targets: [(format: ReportFormat, path: String)]

  init(_ options: Options) { targets = options.reportFiles }

  /// Replaces yesterday's reports before anything else is done: whatever ends this run, none of them can be read as
  /// today's.
  func begin(_ outcome: RunOutcome) throws(Diagnostic) {
    var unfinished = outcome
    unfinished.error = "the run did not come to its end"
    try write(unfinished) { $0 != "-" }
  }

  func finish(_ outcome: RunOutcome) throws(Diagnostic) { try write(outcome) { _ in true } }

  /// Writes all reports, also after one of them fails.
  private func write(_ outcome: RunOutcome, to isWanted: (String) -> Bool) throws(Diagnostic) {
    var failures: [Diagnostic] = []
    for target in targets where isWanted(target.path) {
      do { try ReportFiles.write(target.format.text(outcome), to: target.path) } catch { failures.append(error) }
    }
    guard var failure = failures.first else { return }
    failure.message = ([failure.message] + failures.dropFirst().map(\.description)).joined(separator: "\n")
    throw failure
  }

  private static func write(_ text: String, to path: String) throws(Diagnostic) {
    if path == "-" {
      guard writeAll(text, to: 1) else { throw Diagnostic("cannot write the report to standard output") }
    } else {
      try replaceFile(path, with: text, "the report")
    }
  }
}

/// Writes a file so that a reader sees the old one or the new one, never a half. A link stays, and the file that it leads
/// to is replaced. Devices and pipes are written to as they are.
func replaceFile(_ path: String, with text: String, _ what: String) throws(Diagnostic) {
  // These lead to what is open already: another file in its place would be seen by nobody.
  let isOpen = ["/dev/std", "/dev/fd/", "/proc/"].contains { path.hasPrefix($0) }
  let target = isOpen ? path : resolvedPath(path) ?? path
  let type = (try? FileManager.default.attributesOfItem(atPath: target))?[.type] as? FileAttributeType
  let isReplaceable = type == nil || type == .typeRegular
  do {
    try Data(text.utf8).write(to: URL(filePath: target), options: isReplaceable ? .atomic : [])
  } catch {
    throw Diagnostic("cannot write \(what): \(reason(of: error))", file: path)
  }
}

/// A file error in few words.
func reason(of error: any Error) -> String {
  guard let error = error as? CocoaError else { return "\(error)" }
  switch error.code {
  case .fileNoSuchFile, .fileReadNoSuchFile: return "no such directory"
  case .fileWriteNoPermission, .fileReadNoPermission: return "permission denied"
  case .fileWriteOutOfSpace: return "no space left on the disk"
  case .fileWriteVolumeReadOnly: return "the file system is read-only"
  default:
    guard let code = (error.underlying as? POSIXError)?.code else { return "error \(error.code.rawValue)" }
    switch code {
    case .EISDIR: return "it is a directory"
    case .ENOTDIR: return "a part of its path is no directory"
    default: return "\(code)"
    }
  }
}
