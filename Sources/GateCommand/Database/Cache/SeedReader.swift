import FoundationEssentials
import OperatingSystem
import Reporting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Reads the inputs of seed steps: their files, and the files that those read.
struct SeedReader {
  /// The directory in which psql and commands run.
  let directory: String
  let cache: ClusterCache?
  /// Returns the content of an archive or a compressed file, or nil if it cannot be read.
  let open: (String) -> Opened?

  /// The content of a file that is not read as it is.
  enum Opened {
    /// An archive, by its definitions as SQL.
    case archive(schema: String)
    /// A decompressed script, or rows.
    case text(Data)
  }

  /// The dependencies of a step.
  struct Content {
    /// The words that the name of the state after the step is made of.
    var words: [String]
    var scan = SeedScan()

    /// Whether the step leaves the rows of all earlier ones where they are; false where that cannot be told.
    var leavesRows = false

    var readsClock: Bool { scan.readsClock }
    var definesClock: Bool { scan.definesClock }
    var obstacle: String? { scan.obstacle ?? scan.variableObstacle }
  }

  /// The purpose of reading a file.
  private enum Use: String {
    case script, archive, rows, input
    /// A compressed script or archive.
    case compressed
  }

  func content(of step: SeedStep) -> Content {
    var content = sourceContent(of: step)
    if step.transaction != .no { content.words.append("transaction \(step.transaction.rawValue)") }
    if step.usesTCP { content.words.append("tcp") }
    if step.ignoresClock { (content.scan.readsClock, content.scan.definesClock) = (false, false) }
    return content
  }

  private func sourceContent(of step: SeedStep) -> Content {
    var seen: Set<String> = []
    switch step.source {
    case .script(let path):
      var content = Content(words: ["script"])
      add(path, as: .script, to: &content, &seen)
      content.leavesRows = RestingRows.statements(ofScriptAt: path) != nil
      return content
    case .archive(let path):
      var content = Content(words: ["archive"])
      add(path, as: .archive, to: &content, &seen)
      return content
    case .compressed(let path):
      var content = Content(words: ["compressed"])
      add(path, as: .compressed, to: &content, &seen)
      return content
    case .rows(let rows):
      var content = Content(words: ["rows", rows.table, "\(rows.hasHeader as Bool?)", rows.delimiter])
      add(rows.path, as: .rows, to: &content, &seen)
      return content
    case .migration(let file):
      var content = Content(words: ["migration", file.naming.isFlyway ? "flyway" : "", "\(file.placeholders.count)"])
      content.words += file.placeholders.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
      add(file.path, as: .script, to: &content, &seen)
      return content
    case .command(let text, let inputs):
      var content = Content(words: ["command", text])
      // The command may be in any language, so its text cannot show whether it makes rows with today's date.
      content.scan.readsClock = true
      if inputs.isEmpty { content.scan.prevent("a command without 'inputs:'") }
      for path in inputs {
        // The same in a checkout elsewhere.
        content.words.append(relativePath(path, to: directory))
        add(path, as: .input, to: &content, &seen)
      }
      return content
    }
  }

  private func add(_ path: String, as use: Use, to content: inout Content, _ seen: inout Set<String>) {
    guard seen.insert("\(use) \(path)").inserted else { return }
    guard let hash = hash(of: path) else {
      return content.scan.prevent("it reads \(path.visible), which is not a file that can be read")
    }
    content.words.append(hash)
    guard use != .input else { return }
    let scan = scan(path, hash, as: use)
    content.scan.add(scan)
    for include in scan.includes {
      let base = include.isRelativeToFile ? parentDirectory(of: path) : directory
      add(joined(base, include.path), as: include.isScript ? .script : .rows, to: &content, &seen)
    }
  }

  /// The hash of a file, or of all files of a directory that pg_dump made; nil if one of them may change by itself.
  private func hash(of path: String) -> String? {
    guard SeedFormat.isDirectoryDump(path) else { return isStable(path) ? ContentHash.digits(ofFile: path) : nil }
    var words: [String] = []
    for file in FilePattern.files(in: path) {
      guard isStable(file), let hash = ContentHash.digits(ofFile: file) else { return nil }
      words += [relativePath(file, to: path), hash]
    }
    return ContentHash.digits(of: words)
  }

  /// Whether a path leads to a regular file with stable contents, as opposed to one that the kernel generates.
  private func isStable(_ path: String) -> Bool {
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, let real = resolvedPath(path) else { return false }
    return !["/proc/", "/sys/", "/dev/fd/"].contains { real.hasPrefix($0) }
  }

  private func scan(_ path: String, _ hash: String, as use: Use) -> SeedScan {
    let note = use == .script ? hash : "\(hash)-\(use)"
    if let scan = cache?.scan(note) { return scan }
    var scan = SeedScan()
    var isCostly = false
    var bytes: Data?
    if use == .archive || use == .compressed || SeedFormat(of: path) != .script {
      isCostly = true
      switch open(path) {
      case .archive(let schema)?: scan = SeedScan(archive: schema)
      case .text(let text)?: bytes = text
      case nil: scan.prevent(use == .archive ? "pg_restore cannot read it" : "it cannot be read")
      }
    } else if let text = FileManager.default.contents(atPath: path) {
      isCostly = text.count > 1 << 18
      bytes = text
    } else {
      scan.prevent("it reads \(path.visible), which is not a file that can be read")
    }
    if let bytes { scan = bytes.withUnsafeBytes { use == .rows ? SeedScan(rows: $0) : SeedScan($0) } }
    // Reading a large file again takes longer than reading a note about it.
    if isCostly, bytes != nil || scan.obstacle == nil { cache?.keep(scan, of: note) }
    return scan
  }
}
