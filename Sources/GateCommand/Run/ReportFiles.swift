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
  private let targets: [(path: String, render: (RunOutcome) -> String)]

  init(_ options: Options) {
    var targets: [(path: String, render: (RunOutcome) -> String)] = []
    if let path = options.junit { targets.append((path, JUnitReport.text)) }
    if let path = options.json { targets.append((path, JSONReport.text)) }
    if let path = options.html { targets.append((path, HTMLReport.text)) }
    self.targets = targets
  }

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
    var failure: Diagnostic?
    for target in targets where isWanted(target.path) {
      do { try ReportFiles.write(target.render(outcome), to: target.path) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }

  private static func write(_ text: String, to path: String) throws(Diagnostic) {
    if path == "-" {
      guard writeAll(text, to: 1) else { throw Diagnostic("cannot write the report to standard output") }
    } else {
      try replaceFile(path, with: text, "the report")
    }
  }
}

/// Writes a file so that a reader sees the old one or the new one, never a half. Devices and pipes are written to as they
/// are.
func replaceFile(_ path: String, with text: String, _ what: String) throws(Diagnostic) {
  let type = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
  let isReplaceable = type == nil || type == .typeRegular
  do {
    try Data(text.utf8).write(to: URL(filePath: path), options: isReplaceable ? .atomic : [])
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
