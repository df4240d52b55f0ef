import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What stands at a path, links followed.
enum FileKind: Equatable, Sendable {
  case regular, directory, pipe, socket, device

  /// Nil when there is nothing, or nothing that may be seen.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .directory
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    default: self = .device
    }
  }

  /// `a pipe`, as in "it is a pipe".
  var description: String {
    switch self {
    case .regular: "a file"
    case .directory: "a directory"
    case .pipe: "a pipe"
    case .socket: "a socket"
    case .device: "a device"
    }
  }

  /// What a system call's error number says, in few words.
  static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file or directory"
    case EACCES, EPERM: "permission denied"
    case EISDIR: "it is a directory"
    case ENOTDIR: "a part of its path is no directory"
    case ENOSPC: "no space left on the disk"
    case EROFS: "the file system is read-only"
    case ENXIO: "it is a socket or a device that is not there"
    case ELOOP: "its links lead in a circle"
    default: String(cString: strerror(code))
    }
  }
}

/// Reads a file, or a pipe until its writer closes it; a signal ends the wait for one.
///
/// - Parameter limit: of a pipe, in bytes. Of a regular file the size is known before.
func readBytes(_ path: String, atMost limit: Int = 64 << 20) throws(FileProblem) -> [UInt8] {
  // Opening a pipe would wait for its writer, whatever signal comes.
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
    // A named pipe is empty without an end until its first writer comes; what the caller has opened has had its writer.
    let isEarly = count == 0 && kind == .pipe && bytes.isEmpty && ReportTarget.descriptor(of: path) == nil
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
      throw FileProblem(reason: "more than \(limit >> 20) MB come out of the pipe")
    }
  }
}

/// Why a file cannot be read, in few words.
struct FileProblem: Error, Equatable {
  let reason: String
}

/// Opens what may be a pipe without waiting for its other end.
func openNonBlocking(_ path: String, forWriting isWriting: Bool) -> Int32 {
  open(path, (isWriting ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
}

func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

func readInto(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}
