import FoundationEssentials
import OperatingSystem
import YAML

/// Reads the steps of `seed:`.
struct SeedStepReader {
  let source: ManifestSource
  let directory: String

  static let commandKeys = ["run", "name", "inputs", "tcp", "clock"]
  static let fileKeys = ["file", "name", "transaction", "clock"]
  static let rowsKeys = ["csv", "table", "header", "delimiter", "name", "clock"]

  /// What a seed is, and what its patterns order differently than before.
  struct Seed {
    var steps: [SeedStep] = []
    var reordered: [ReorderedFiles] = []
  }

  func seed(_ fields: ManifestFields) throws(Diagnostic) -> Seed {
    var mistakes = Mistakes()
    var seed = Seed()
    for node in try fields.sequence("seed") {
      seed.steps += mistakes.attempt { () throws(Diagnostic) in try steps(node, &seed.reordered) } ?? []
    }
    try mistakes.check()
    return seed
  }

  private func steps(_ node: YAMLNode, _ reordered: inout [ReorderedFiles]) throws(Diagnostic) -> [SeedStep] {
    guard node.mapping != nil else { return try steps(ofFiles: node, &reordered) }
    if node["csv"] != nil { return try rows(node, &reordered) }
    if node["file"] != nil { return try file(node, &reordered) }
    if node["migrations"] != nil {
      // They run before the rows.
      let fields = try source.mapping(node, "a seed step", keys: ["migrations"])
      return try migrations(try fields.required("migrations", of: "a seed step")).map(\.step)
    }
    return [try command(node)]
  }

  private func command(_ node: YAMLNode) throws(Diagnostic) -> SeedStep {
    let fields = try source.mapping(node, "a seed step", keys: SeedStepReader.commandKeys)
    var inputs: [String] = []
    for node in try fields.sequence("inputs") { inputs += try files(node, allowsDirectories: true) }
    var step = SeedStep.command(try source.text(try fields.required("run", of: "a seed step"), "'run'"), inputs: inputs)
    step.usesTCP = try source.usesTCP(fields)
    return try named(step, fields)
  }

  /// A file with what the manifest says of it, or the files of a pattern.
  private func file(_ node: YAMLNode, _ reordered: inout [ReorderedFiles]) throws(Diagnostic) -> [SeedStep] {
    let fields = try source.mapping(node, "a seed step", keys: SeedStepReader.fileKeys)
    let path = try fields.required("file", of: "a seed step")
    let words = SeedStep.TransactionMode.allCases.map(\.rawValue)
    let transaction = try source.choice(fields["transaction"], "transaction", words)
    var steps = try steps(ofFiles: path, &reordered)
    for index in steps.indices {
      steps[index] = try named(steps[index], fields, count: steps.count)
      steps[index].transaction = transaction.flatMap(SeedStep.TransactionMode.init(rawValue:)) ?? .no
    }
    return steps
  }

  /// The step with its `name:` and `clock:`.
  ///
  /// - Parameter count: how many steps have the name.
  private func named(
    _ step: SeedStep, _ fields: ManifestFields, count: Int = 1
  ) throws(Diagnostic) -> SeedStep {
    var step = step
    step.ignoresClock = try source.ignoresClock(fields)
    if let name = try source.stepName(fields) {
      let file = step.description.split(separator: "/").last.map(String.init) ?? ""
      step.name = count > 1 ? "\(name): \(file)" : name
    }
    return step
  }

  private func steps(ofFiles node: YAMLNode, _ reordered: inout [ReorderedFiles]) throws(Diagnostic) -> [SeedStep] {
    let files = try files(node, allowsDumps: true)
    note(files, node, &reordered)
    for file in files where file.hasSuffix(".sql") { try source.refuseMigration(file, at: node) }
    var steps: [SeedStep] = []
    for file in files { steps.append(try step(file, at: node)) }
    return steps
  }

  private func note(_ files: [String], _ node: YAMLNode, _ reordered: inout [ReorderedFiles]) {
    if let files = ReorderedFiles(pattern: node.scalarText ?? "", files) { reordered.append(files) }
  }

  /// The step for a file, as its content demands.
  private func step(_ file: String, at node: YAMLNode) throws(Diagnostic) -> SeedStep {
    let format = SeedFormat(of: file)
    if let problem = format.problem(file) { throw problem }
    switch format {
    case .archive: return .archive(file)
    case .compressed, .tar: return .compressed(file)
    case .script, .utf16: break
    }
    let name = file.lowercased()
    let isEmpty = SeedFormat.isEmpty(file)
    if !isEmpty, name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
      throw source.error(
        "\(file) is a CSV file; name its table: {csv: \(relativePath(file, to: directory)), table: …}", at: node)
    }
    // pg_restore reports an empty archive.
    return isEmpty && name.hasSuffix(".dump") ? .archive(file) : .script(file)
  }

  /// The migrations of a directory, glob or list of files, or of a command.
  func migrations(_ node: YAMLNode) throws(Diagnostic) -> [Migration] {
    try MigrationReader(source: source, directory: directory).migrations(node) { node throws(Diagnostic) in
      try files(node, allowsDirectories: true)
    }
  }

  /// CSV files and the table that their rows go into.
  private func rows(_ node: YAMLNode, _ reordered: inout [ReorderedFiles]) throws(Diagnostic) -> [SeedStep] {
    let fields = try source.mapping(node, "a CSV step", keys: SeedStepReader.rowsKeys)
    let table = try source.text(try fields.required("table", of: "a CSV step"), "'table'")
    if let place = fields["table"], table.contains(where: \.isNewline) || table.allSatisfy(\.isWhitespace) {
      throw source.error("'table' must be the name of a table", at: place)
    }
    let header = try source.choice(fields["header"], "header", ["true", "false", "auto"])
    let delimiter = try fields.text("delimiter") ?? ","
    if let place = fields["delimiter"], delimiter.utf8.count != 1 || delimiter.contains(where: \.isNewline) {
      throw source.error("'delimiter' must be one character", at: place)
    }
    let path = try fields.required("csv", of: "a CSV step")
    let files = try files(path)
    note(files, path, &reordered)
    var steps: [SeedStep] = []
    for file in files {
      let rows = RowsFile(
        path: file, table: table, hasHeader: header == nil || header == "auto" ? nil : header == "true",
        delimiter: delimiter)
      steps.append(try named(.rows(rows), fields, count: files.count))
    }
    return steps
  }

  /// The files that a path of the seed names, in natural order.
  ///
  /// - Parameters:
  ///   - allowsDirectories: whether a directory stands for all files in it.
  ///   - allowsDumps: whether a directory that pg_dump made stands for itself.
  func files(
    _ node: YAMLNode, allowsDirectories: Bool = false, allowsDumps: Bool = false
  ) throws(Diagnostic) -> [String] {
    let pattern = try source.text(node, "a seed step")
    let path = joined(directory, pattern)
    guard FilePattern.isPattern(pattern) else {
      var isDirectory = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw source.error("no such file: \(path)", at: node)
      }
      if isDirectory, allowsDumps, SeedFormat.isDirectoryDump(path) { return [path] }
      if isDirectory, allowsDirectories { return try source.regularFiles(FilePattern.files(in: path), at: node) }
      if isDirectory { throw source.error("\(path) is a directory; name its files: \(pattern)/*.sql", at: node) }
      return try source.regularFiles([path], at: node)
    }
    var files: [String] = []
    var dumps: Set<String> = []
    for path in FilePattern.matches(pattern, in: directory) {
      if allowsDumps, SeedFormat.isDirectoryDump(path) {
        files.append(path)
        dumps.insert(path)
      } else if FilePattern.isDirectory(path) {
        guard allowsDirectories else {
          throw source.error("\(path) is a directory; a pattern such as *.sql leaves it out", at: node)
        }
        files += FilePattern.files(in: path)
      } else {
        files.append(path)
      }
    }
    if files.isEmpty { throw source.error("no file matches \(path)", at: node) }
    _ = try source.regularFiles(files.filter { !dumps.contains($0) }, at: node)
    return files
  }
}

extension ManifestSource {
  /// The `name:` of a step.
  func stepName(_ fields: ManifestFields) throws(Diagnostic) -> String? {
    guard let node = fields["name"] else { return nil }
    let name = try text(node, "'name'")
    if name.allSatisfy(\.isWhitespace) || name.contains(where: \.isNewline) || name.count > 100 {
      throw error("'name' must be one line of at most 100 characters", at: node)
    }
    return name
  }

  /// Whether `tcp: true` is said.
  func usesTCP(_ fields: ManifestFields) throws(Diagnostic) -> Bool {
    try choice(fields["tcp"], "tcp", ["true", "false"]) == "true"
  }

  /// Whether `clock: ignore` is said.
  func ignoresClock(_ fields: ManifestFields) throws(Diagnostic) -> Bool {
    try choice(fields["clock"], "clock", ["ignore"]) == "ignore"
  }
}
