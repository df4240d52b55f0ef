import FoundationEssentials
import OperatingSystem
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A seed file in a form that psql or pg_restore reads, which may be a copy in a private directory.
final class OpenedSeed: Sendable {
  /// The path of the file in the manifest, as the user would name it.
  let path: String
  /// The absolute path of what is read.
  let file: String
  /// Whether pg_restore reads it; otherwise psql does.
  let isArchive: Bool
  /// The copies that are removed when this value is released.
  private let copies: [String]

  init(path: String, file: String, isArchive: Bool, copies: [String] = []) {
    (self.path, self.file, self.isArchive, self.copies) = (path, file, isArchive, copies)
  }

  deinit { copies.forEach(removeTree) }

  /// The bytes of a script, mapped into memory.
  var bytes: Data { (try? Data(contentsOf: URL(filePath: file), options: .alwaysMapped)) ?? Data() }
}

/// Opens seed files of any format: decompresses them, and unpacks tar files.
struct SeedOpener {
  /// A private directory that others may pass through.
  let directory: String
  /// The unprivileged user that reads the files; nil for plangate's own user.
  let user: StepUser?
  let environment: [String: String]

  /// The file of a step.
  ///
  /// - Parameter isArchive: whether an empty file counts as an archive, which pg_restore then reports.
  func open(_ path: String, isArchive: Bool = false) throws(Diagnostic) -> OpenedSeed {
    var file = absolutePath(path)
    var copies: [String] = []
    func opened(isArchive: Bool) -> OpenedSeed {
      OpenedSeed(path: path, file: file, isArchive: isArchive, copies: copies)
    }
    do throws(Diagnostic) {
      // Files may be compressed twice by accident, and rarely more than that.
      for _ in 0..<5 {
        let format = SeedFormat(of: file)
        if let problem = format.problem(path) { throw problem }
        switch format {
        case .script, .utf16: return opened(isArchive: isArchive && size(of: file) == 0)
        case .archive:
          if let user, FilePattern.isDirectory(file), !canRead(file, user) {
            file = try copied(file, shown: path)
            copies.append(file)
          }
          return opened(isArchive: true)
        case .tar:
          file = try unpacked(file, shown: path)
          copies.append(parent(of: file))
        case .compressed(let compression):
          file = try decompressed(file, compression, shown: path)
          copies.append(file)
        }
      }
    } catch {
      copies.forEach(removeTree)
      throw error
    }
    throw Diagnostic("the file is compressed more than five times", file: path)
  }

  /// The whole copy that a file in it belongs to.
  private func parent(of file: String) -> String {
    let rest = file.dropFirst(directory.count + 1)
    return directory + "/" + rest.prefix { $0 != "/" }
  }

  private func size(of file: String) -> Int {
    var info = stat()
    return stat(file, &info) == 0 ? Int(info.st_size) : 0
  }

  private func canRead(_ folder: String, _ user: StepUser) -> Bool {
    user.user.canRead(folder) && FilePattern.files(in: folder).allSatisfy(user.user.canRead)
  }

  /// The definitions in an archive as SQL; nil if pg_restore cannot read it.
  func schema(of seed: OpenedSeed, _ pgRestore: String) -> String? {
    let isDirectory = FilePattern.isDirectory(seed.file)
    var command = Command(
      pgRestore, ["--schema-only", "--file=-"] + (isDirectory ? [seed.file] : []), environment: environment,
      directory: "/")
    if !isDirectory { command.input = OpenFile(reading: seed.file) }
    if let user { command = user.command(command) }
    return (try? ChildProcess.output(of: command)) ?? nil
  }

  // MARK: Copies

  /// A copy of a script with another text.
  func copy(_ text: Data, of seed: OpenedSeed) throws(Diagnostic) -> OpenedSeed {
    let target = newPath()
    try make(target, isDirectory: false, shown: seed.path)
    let copy = OpenedSeed(path: seed.path, file: target, isArchive: false, copies: [target])
    // The file belongs to the user already.
    let descriptor = Glue.openForWriting(target)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, writeWhole(descriptor, text) else {
      throw Diagnostic("cannot write to \(directory): \(FileKind.reason(errno))", file: seed.path)
    }
    return copy
  }

  private func writeWhole(_ descriptor: Int32, _ text: Data) -> Bool {
    text.withUnsafeBytes { bytes in
      var at = 0
      while at < bytes.count {
        let count = writeBytes(descriptor, UnsafeRawBufferPointer(rebasing: bytes[at...]))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        at += count
      }
      return true
    }
  }

  private func newPath() -> String { "\(directory)/unpacked-\(String(UInt64.random(in: .min ... .max), radix: 36))" }

  private func make(_ path: String, isDirectory: Bool, shown: String) throws(Diagnostic) {
    let made = isDirectory ? mkdir(path, 0o700) : Glue.create(path)
    guard made == 0, user.map({ chown(path, $0.user.uid, $0.user.gid) == 0 }) ?? true else {
      throw Diagnostic("cannot write to \(directory): \(FileKind.reason(errno))", file: shown)
    }
  }

  private func copied(_ folder: String, shown: String) throws(Diagnostic) -> String {
    let copy = newPath()
    do { try FileManager.default.copyItem(atPath: folder, toPath: copy) } catch {
      removeTree(copy)
      throw Diagnostic("cannot copy the directory: \(reason(of: error))", file: shown)
    }
    for path in [copy] + FilePattern.files(in: copy) {
      if let user { chown(path, user.user.uid, user.user.gid) }
    }
    return copy
  }

  private func decompressed(
    _ file: String, _ compression: SeedFormat.Compression, shown: String
  ) throws(Diagnostic) -> String {
    let program = try located(
      compression.program, compression.package, "the file is compressed with \(compression.program)", shown)
    let target = newPath()
    try make(target, isDirectory: false, shown: shown)
    do throws(Diagnostic) {
      try run(
        ["/bin/sh", "-c", "exec \"$0\" -dc > \"$1\"", program, target], reading: file, shown: shown,
        failing: "\(compression.program) cannot decompress the file")
    } catch {
      removeTree(target)
      throw error
    }
    return target
  }

  /// Unpacks a tar file.
  ///
  /// - Returns: the directory of pg_dump in it.
  private func unpacked(_ file: String, shown: String) throws(Diagnostic) -> String {
    let program = try located("tar", "tar", "the file is a tar file", shown)
    let target = newPath()
    try make(target, isDirectory: true, shown: shown)
    do throws(Diagnostic) {
      try run(
        [program, "-xf", "-", "-C", target], reading: file, shown: shown, failing: "tar cannot unpack the file")
      let contents = FilePattern.files(in: target).filter { $0.hasSuffix("/toc.dat") }
      guard let found = contents.first, contents.count == 1 else {
        throw Diagnostic(
          "the tar file holds \(contents.isEmpty ? "no dump of pg_dump (no toc.dat)" : "several dumps of pg_dump")\n"
            + "extract it, and name the files in it that are to be seeded", file: shown)
      }
      return parentDirectory(of: found)
    } catch {
      removeTree(target)
      throw error
    }
  }

  private func located(
    _ program: String, _ package: String, _ what: String, _ shown: String
  ) throws(Diagnostic) -> String {
    if let path = findProgram(program, in: environment["PATH"]) { return path }
    throw Diagnostic(
      "\(what), and \(program) is not on this machine\ninstall it (Debian, Ubuntu: apt-get install \(package))",
      file: shown)
  }

  private func run(
    _ words: [String], reading file: String, shown: String, failing failure: String
  ) throws(Diagnostic) {
    guard let input = OpenFile(reading: file) else {
      throw Diagnostic("cannot read the file: \(FileKind.reason(errno))", file: shown)
    }
    let log = newPath()
    defer { unlink(log) }
    var command = Command(words[0], Array(words.dropFirst()), environment: environment, directory: "/")
    command.input = input
    command.outputPath = log
    if let user { command = user.command(command) }
    let exit: ChildExit
    do { exit = try ChildProcess.run(command) } catch { throw Diagnostic(error.description, file: shown) }
    try checkInterruption()
    guard exit == .status(0) else {
      let output = tail(of: log)
      throw Diagnostic("\(failure) (\(exit))" + (output.isEmpty ? "" : "; its output ends:\n\(output)"), file: shown)
    }
  }
}

/// System calls with variable arguments.
private enum Glue {
  /// Creates an empty file that only its owner can read; 0, or -1 with the reason in `errno`.
  static func create(_ path: String) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return -1 }
    return close(descriptor)
  }

  static func openForWriting(_ path: String) -> Int32 { open(path, O_WRONLY | O_CLOEXEC) }
}
