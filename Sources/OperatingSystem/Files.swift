import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Reads a file, or a pipe until its writer closes it; a signal ends the wait for a pipe.
///
/// - Parameter limit: the most bytes to read from a pipe. The size of a regular file is known in advance.
package func readBytes(_ path: String, atMost limit: Int = 64 << 20) throws(FileProblem) -> [UInt8] {
  // A blocking open of a pipe would wait for its writer and ignore signals.
  let descriptor = openNonBlocking(path, forWriting: false)
  guard descriptor >= 0 else { throw FileProblem(reason: FileKind.reason(errno)) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw FileProblem(reason: FileKind.reason(errno)) }
  let kind = FileKind(status)
  guard kind == .regular || kind == .pipe else { throw FileProblem(reason: "it is \(kind.description)") }
  var bytes: [UInt8] = []
  if kind == .regular { bytes.reserveCapacity(Int(status.st_size)) }
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    if Interruption.shared.signal != nil { throw FileProblem(reason: "a signal ended the run") }
    let count = buffer.withUnsafeMutableBytes { readInto(descriptor, $0) }
    // A named pipe reads as empty until its first writer opens it; a pipe that the caller opened has had its writer.
    let isEarly = count == 0 && kind == .pipe && bytes.isEmpty && openDescriptor(namedBy: path) == nil
    if isEarly || count < 0 && errno == EAGAIN {
      var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&state, 1, 100) > 0, isEarly, state.revents & Int16(POLLIN) == 0 { return bytes }
      continue
    }
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw FileProblem(reason: FileKind.reason(errno)) }
    if count == 0 { return bytes }
    bytes += buffer.prefix(count)
    if kind == .pipe, bytes.count > limit {
      throw FileProblem(reason: "the pipe delivers more than \(limit >> 20) MB")
    }
  }
}

/// The reason a file cannot be read, in a few words.
package struct FileProblem: Error, Equatable, Sendable {
  package let reason: String

  package init(reason: String) { self.reason = reason }
}

/// Opens a file that may be a pipe, without waiting for its other end.
package func openNonBlocking(_ path: String, forWriting isWriting: Bool) -> Int32 {
  open(path, (isWriting ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
}

package func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

package func readInto(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

/// The descriptor that a path stands for; nil for any other path.
package func openDescriptor(namedBy path: String) -> Int32? {
  switch path {
  case "-", "/dev/stdout": return 1
  case "/dev/stderr": return 2
  case "/dev/stdin": return 0
  default:
    for prefix in ["/dev/fd/", "/proc/self/fd/", "/proc/\(getpid())/fd/"] where path.hasPrefix(prefix) {
      return Int32(path.dropFirst(prefix.count)).flatMap { $0 >= 0 ? $0 : nil }
    }
    return nil
  }
}

/// Replaces a file atomically, so that a reader sees the old text or the new one, never a part.
///
/// A link is kept and its target replaced. Devices and pipes are written to directly.
package func replaceFile(_ path: String, with text: String) throws(FileProblem) {
  // These paths name files that are already open: nobody would see another file put in their place.
  let isOpen = ["/dev/std", "/dev/fd/", "/proc/"].contains { path.hasPrefix($0) }
  let target = isOpen ? path : resolvedPath(path) ?? path
  let type = (try? FileManager.default.attributesOfItem(atPath: target))?[.type] as? FileAttributeType
  let isReplaceable = type == nil || type == .typeRegular
  do {
    try Data(text.utf8).write(to: URL(filePath: target), options: isReplaceable ? .atomic : [])
  } catch {
    throw FileProblem(reason: reason(of: error))
  }
}

/// A short description of a file error.
package func reason(of error: any Error) -> String {
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
    case .ENOTDIR: return "part of its path is not a directory"
    default: return "\(code)"
    }
  }
}
