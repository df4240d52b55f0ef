import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Reads the lines of a log, however large it is, without its line ends.
struct LogLines {
  /// The most bytes of a line; longer ones are cut and counted.
  static let longest = 4 << 20

  private let file: OpenFile
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  /// The number of lines that were too long.
  private(set) var cutLines = 0

  init(_ path: String) throws(Diagnostic) {
    guard let kind = FileKind(path) else { throw Diagnostic("no such file", file: path) }
    if kind == .directory { throw Diagnostic("it is a directory; name its files", file: path) }
    guard let file = OpenFile(reading: path) else {
      throw Diagnostic("cannot read the log: \(String(cString: strerror(errno)))", file: path)
    }
    self.file = file
  }

  mutating func next() throws(Diagnostic) -> [UInt8]? {
    var line: [UInt8] = []
    var isCut = false
    while true {
      if let end = buffer[position...].firstIndex(of: 0x0a) {
        take(buffer[position..<end], into: &line, &isCut)
        position = end + 1
        break
      }
      take(buffer[position...], into: &line, &isCut)
      guard !isAtEnd, fill() else {
        if line.isEmpty, position >= buffer.count { return nil }
        position = buffer.count
        break
      }
    }
    try checkInterruption()
    if isCut { cutLines += 1 }
    if line.last == 0x0d { line.removeLast() }
    return line
  }

  private func take(_ part: ArraySlice<UInt8>, into line: inout [UInt8], _ isCut: inout Bool) {
    let room = LogLines.longest - line.count
    line += part.prefix(room)
    isCut = isCut || part.count > room
  }

  /// Reads on; false at the end.
  private mutating func fill() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    var count: Int
    repeat {
      count = bytes.withUnsafeMutableBytes { readInto(file.descriptor, $0) }
    } while count < 0 && errno == EINTR && Interruption.shared.signal == nil
    buffer = count > 0 ? Array(bytes[..<count]) : []
    position = 0
    isAtEnd = count <= 0
    return count > 0
  }
}
