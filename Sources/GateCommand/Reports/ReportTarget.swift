import FoundationEssentials
import OperatingSystem
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The destination of a report.
enum ReportTarget: Equatable, Sendable {
  /// An existing or new file; it can be replaced any number of times.
  case file(String)
  /// A pipe or a device, to be opened once.
  case stream(String)
  /// A descriptor that the caller opened: standard output, `/dev/fd/3`, the `>(command)` of a shell.
  ///
  /// The number is plangate's own copy, nil when nothing was open.
  case descriptor(Int32?, String)

  init(_ path: String) {
    if let number = openDescriptor(namedBy: path) {
      // Copied now, before a file of plangate takes the number of a closed descriptor.
      let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
      self = .descriptor(copy >= 0 ? copy : nil, path)
    } else if let kind = FileKind(path), kind != .regular, kind != .directory {
      self = .stream(path)
    } else {
      self = .file(path)
    }
  }

  var isFile: Bool { if case .file = self { true } else { false } }

  /// Writes a report: replaces a file, or sends the one document of a pipe.
  func write(_ text: String) throws(Diagnostic) {
    switch self {
    case .file(let path):
      do { try replaceFile(path, with: text) } catch { throw problem(error.reason, path) }
    case .descriptor(let descriptor, let path):
      guard let descriptor else { throw problem("the descriptor is not open", path) }
      try send(text, to: descriptor, path)
    case .stream(let path):
      let descriptor = try open(path)
      defer { close(descriptor) }
      try send(text, to: descriptor, path)
    }
  }

  private func problem(_ reason: String, _ path: String) -> Diagnostic {
    if path == "-" { return Diagnostic("cannot write the report to standard output: \(reason)") }
    return Diagnostic("cannot write the report: \(reason)", file: path)
  }

  // MARK: Pipes

  /// Opens a pipe or a device.
  ///
  /// A named pipe opens when it has a reader; a signal ends the wait.
  private func open(_ path: String) throws(Diagnostic) -> Int32 {
    let start = ContinuousClock.now
    var isSaid = false
    while true {
      let descriptor = openNonBlocking(path, forWriting: true)
      if descriptor >= 0 { return descriptor }
      let code = errno
      if code == EINTR { continue }
      guard code == ENXIO, FileKind(path) == .pipe else { throw problem(FileKind.reason(code), path) }
      if Interruption.shared.signal != nil { throw problem("the pipe has no reader", path) }
      if !isSaid, ContinuousClock.now - start > .seconds(1) {
        isSaid = true
        Console.error("waiting for a reader of \(path)")
      }
      usleep(10_000)
    }
  }

  /// Sends the whole text.
  ///
  /// If the reader takes nothing, waits until a signal arrives, and then for another moment.
  private func send(_ text: String, to descriptor: Int32, _ path: String) throws(Diagnostic) {
    var rest = Array(text.utf8)[...]
    var lastChance: ContinuousClock.Instant?
    while !rest.isEmpty {
      if Interruption.shared.signal != nil {
        lastChance = lastChance ?? .now + .milliseconds(500)
        if let lastChance, ContinuousClock.now > lastChance { throw problem("its reader does not read", path) }
      }
      var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      if poll(&state, 1, 100) == 0 { continue }
      // The amount that a pipe can take at once when it can take anything (PIPE_BUF), so that the write does not block.
      let count = rest.prefix(4096).withUnsafeBytes { writeBytes(descriptor, $0) }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { throw problem(errno == EPIPE ? "its reader is gone" : FileKind.reason(errno), path) }
      rest = rest.dropFirst(count)
    }
  }
}
