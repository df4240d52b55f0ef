import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The format of a seed file, as its first bytes show it.
enum SeedFormat: Equatable, Sendable {
  /// SQL for psql.
  case script
  /// An archive for pg_restore: a file of the custom format, a tar file of pg_dump, or a directory.
  case archive
  /// Any other tar file, which may hold a directory of pg_dump.
  case tar
  case compressed(Compression)
  /// SQL in UTF-16, by the name that iconv has for it; neither psql nor the server reads it.
  case utf16(String)

  /// Whether a file is there and has no bytes.
  static func isEmpty(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_size == 0
  }

  /// A compression, by the program that undoes it.
  enum Compression: String, CaseIterable, Sendable {
    case gzip, zstd, lz4, bzip2, xz

    var program: String { rawValue }

    /// The package of Debian that has the program.
    var package: String { self == .xz ? "xz-utils" : rawValue }

    fileprivate var magic: [UInt8] {
      switch self {
      case .gzip: [0x1f, 0x8b]
      case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
      case .lz4: [0x04, 0x22, 0x4d, 0x18]
      case .bzip2: Array("BZh".utf8)
      case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
      }
    }
  }

  /// The format of a file, or of a directory with a table of contents of pg_dump.
  ///
  /// What cannot be read counts as a script, for psql to report.
  init(of path: String) {
    if SeedFormat.isDirectoryDump(path) {
      self = .archive
    } else {
      self.init(SeedFormat.firstBytes(of: path))
    }
  }

  init(_ bytes: [UInt8]) {
    if let compression = Compression.allCases.first(where: { bytes.starts(with: $0.magic) }) {
      self = .compressed(compression)
    } else if bytes.starts(with: "PGDMP".utf8) {
      self = .archive
    } else if bytes.count > 262, bytes[257...].starts(with: "ustar".utf8) {
      self = bytes.starts(with: Array("toc.dat".utf8) + [0]) ? .archive : .tar
    } else if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      self = .utf16("UTF-16")
    } else if let name = SeedFormat.utf16WithoutMark(bytes) {
      self = .utf16(name)
    } else {
      self = .script
    }
  }

  static func isDirectoryDump(_ path: String) -> Bool { FileKind(path + "/toc.dat") == .regular }

  /// UTF-16 without a byte order mark: every other byte of ASCII text is NUL.
  private static func utf16WithoutMark(_ bytes: [UInt8]) -> String? {
    let pairs = min(bytes.count / 2, 32)
    guard pairs >= 4 else { return nil }
    let low = (0..<pairs).allSatisfy { bytes[2 * $0] != 0 && bytes[2 * $0 + 1] == 0 }
    let high = (0..<pairs).allSatisfy { bytes[2 * $0] == 0 && bytes[2 * $0 + 1] != 0 }
    return low ? "UTF-16LE" : high ? "UTF-16BE" : nil
  }

  private static func firstBytes(of path: String) -> [UInt8] {
    guard FileKind(path) == .regular, let file = OpenFile(reading: path) else { return [] }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = bytes.withUnsafeMutableBytes { readInto(file.descriptor, $0) }
    return Array(bytes.prefix(max(count, 0)))
  }

  /// The error for a file that nothing here reads; nil for the others.
  func problem(_ path: String) -> Diagnostic? {
    guard case .utf16(let name) = self else { return nil }
    return Diagnostic(
      "the file is \(name), which psql does not read\nconvert it: iconv -f \(name) -t UTF-8 \(path) > …",
      file: path)
  }
}
