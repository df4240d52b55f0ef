import FoundationEssentials
import OperatingSystem
import YAML

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Reads `migrations:` of the manifest and finds its files.
struct MigrationReader {
  let source: ManifestSource
  let directory: String

  private static let keys = ["files", "placeholders", "run", "name", "inputs", "tcp", "clock"]

  /// - Parameter inputs: reads the files of a command's `inputs:`.
  func migrations(
    _ node: YAMLNode, inputs: (YAMLNode) throws(Diagnostic) -> [String]
  ) throws(Diagnostic) -> [Migration] {
    if let nodes = node.sequence {
      var migrations: [Migration] = []
      for node in nodes { migrations += try self.migrations(node, inputs: inputs) }
      return migrations
    }
    guard node.mapping != nil else { return try files(node, [:]) }
    let fields = try source.mapping(node, "'migrations'", keys: MigrationReader.keys)
    if let files = fields["files"] {
      if fields["run"] != nil { throw source.error("'migrations' has either 'files' or 'run'", at: node) }
      var placeholders: [String: String] = [:]
      if let node = fields["placeholders"] {
        for entry in try source.texts(node, "'placeholders'") { placeholders[entry.name] = entry.value }
      }
      var migrations: [Migration] = []
      for node in files.sequence ?? [files] { migrations += try self.files(node, placeholders) }
      return migrations
    }
    let text = try source.text(try fields.required("run", of: "'migrations'"), "'run'")
    var paths: [String] = []
    for node in try fields.sequence("inputs") { paths += try inputs(node) }
    var step = SeedStep.command(text, inputs: paths)
    step.name = try source.stepName(fields)
    step.usesTCP = try source.usesTCP(fields)
    step.ignoresClock = try source.ignoresClock(fields)
    return [Migration(source: .command(text, inputs: paths), command: step)]
  }

  private func files(_ node: YAMLNode, _ placeholders: [String: String]) throws(Diagnostic) -> [Migration] {
    let pattern = try source.text(node, "'migrations'")
    let path = joined(directory, pattern)
    let paths: [String]
    if FilePattern.isPattern(pattern) {
      paths = FilePattern.matches(pattern, in: directory).filter { !FilePattern.isDirectory($0) }
    } else if FilePattern.isDirectory(path) {
      paths = MigrationReader.sqlFiles(in: path)
    } else if FileManager.default.fileExists(atPath: path) {
      paths = [path]
    } else {
      throw source.error("no such file: \(path)", at: node)
    }
    let files = paths.map { (naming: MigrationNaming(path: $0), path: $0) }
      .sorted { MigrationNaming.isBefore($0, $1) }
    let ups = try up(files, at: node)
    if ups.isEmpty { throw source.error("no migrations in \(path)", at: node) }
    var migrations: [Migration] = []
    for (naming, path) in ups {
      _ = try source.regularFiles([path], at: node)
      let parts = path.split(separator: "/").suffix(naming.isNamedByDirectory ? 2 : 1)
      let down = files.first { other in
        guard other.naming.role == .down, other.naming.stem == naming.stem else { return false }
        return naming.isFlyway || parentDirectory(of: other.path) == parentDirectory(of: path)
      }
      let file = MigrationFile(
        path: path, name: parts.joined(separator: "/"), naming: naming,
        downPath: down?.path, placeholders: placeholders)
      try check(file)
      migrations.append(Migration(source: .file(file)))
    }
    return migrations
  }

  /// The SQL files of a directory.
  ///
  /// Where it holds none itself, those of the directories below it; tools that give each migration a directory have one
  /// level.
  private static func sqlFiles(in directory: String) -> [String] {
    let all = FilePattern.files(in: directory).filter { $0.hasSuffix(".sql") }
    let own = all.filter { parentDirectory(of: $0) == directory || MigrationNaming(path: $0).isNamedByDirectory }
    return own.isEmpty || all.contains { MigrationNaming(path: $0).isFlyway } ? all : own
  }

  /// The files to run, in order.
  private func up(
    _ files: [(naming: MigrationNaming, path: String)], at node: YAMLNode
  ) throws(Diagnostic) -> [(naming: MigrationNaming, path: String)] {
    let baseline = files.last { $0.naming.role == .baseline }
    let ups = files.filter { file in
      switch file.naming.role {
      case .down: false
      case .repeatable: true
      case .baseline: file.path == baseline?.path
      case .up: baseline.map { $0.naming.version.lexicographicallyPrecedes(file.naming.version) } ?? true
      }
    }
    for (one, next) in zip(ups, ups.dropFirst()) {
      guard !one.naming.version.isEmpty, one.naming.version == next.naming.version, one.naming.role == next.naming.role
      else { continue }
      throw source.error(
        "two migrations of version \(one.naming.versionText): \(one.path) and \(next.path)", at: node)
    }
    return ups
  }

  /// Reports a placeholder without a value.
  private func check(_ file: MigrationFile) throws(Diagnostic) {
    guard file.naming.isFlyway else { return }
    let text = String(decoding: try readFile(file.path, "a migration"), as: UTF8.self)
    guard let (line, name) = file.up(text).unknownPlaceholder else { return }
    throw Diagnostic(
      "the placeholder ${\(name)} has no value; add it to 'placeholders:' of 'migrations:'", file: file.path, line: line
    )
  }
}

extension ManifestSource {
  /// Refuses a file of migrations among the files of the seed: its way down would run as well.
  func refuseMigration(_ path: String, at node: YAMLNode) throws(Diagnostic) {
    let naming = MigrationNaming(path: path)
    let isDown = naming.role == .down && (!naming.isFlyway || !naming.version.isEmpty)
    guard isDown || MigrationMarks(in: firstPart(of: path))?.hasDown == true else { return }
    let what = isDown ? "takes a migration back" : "holds a migration and the way back"
    throw error(
      "\(path) \(what), and the seed would run it\n"
        + "list the migrations under 'migrations:', which runs only the way up", at: node)
  }

  /// The first part of a file, in which tools put their marks.
  private func firstPart(of path: String) -> String {
    let descriptor = FileKind(path) == .regular ? openNonBlocking(path, forWriting: false) : -1
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = buffer.withUnsafeMutableBytes { readInto(descriptor, $0) }
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
