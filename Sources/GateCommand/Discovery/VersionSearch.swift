import OperatingSystem
import Postgres
import YAML

/// A Compose file.
struct ComposeFile {
  /// The images of its services, each with its line.
  private(set) var images: [(image: String, line: Int)] = []
  /// The paths that it mounts into the directory of scripts that a new database runs, relative to the project's
  /// directory.
  private(set) var initializers: [String] = []
  let path: String

  static func all(of tree: ProjectTree) -> [ComposeFile] {
    tree.files.filter { isName(ProjectPath.name($0)) && !ProjectPath.isTrial($0) && !$0.hasPrefix(".github/") }
      .sorted { rank($0) == rank($1) ? ProjectPath.isNearer($0, $1) : rank($0) < rank($1) }
      .compactMap { path in tree.text(path).flatMap { ComposeFile($0, path) } }
  }

  private static func isName(_ name: String) -> Bool {
    (name.hasPrefix("compose") || name.hasPrefix("docker-compose"))
      && (name.hasSuffix(".yml") || name.hasSuffix(".yaml"))
  }

  /// 0 for the main file, which Compose reads without being told.
  static func rank(_ path: String) -> Int {
    ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"].contains(path) ? 0 : 3
  }

  /// Nil for a file that has no services.
  ///
  /// One that is no plain YAML, such as one with tags, is read line by line.
  init?(_ text: String, _ path: String) {
    self.path = path
    guard let root = try? YAMLParser.parse(Array(text.utf8)) else {
      for (index, line) in text.linesOfScalars.enumerated() where line.trimmed.hasPrefix("image:") {
        images.append((line.trimmed.dropFirst(6).trimmed.unquoted, index + 1))
      }
      return
    }
    guard let services = root["services"]?.mapping else { return nil }
    for service in services {
      if let image = service.value["image"], let name = image.scalarText { images.append((name, image.mark.line)) }
      for volume in service.value["volumes"]?.sequence ?? [] {
        let (source, target) = ComposeFile.mount(volume)
        guard let source, target?.hasPrefix("/docker-entrypoint-initdb.d") == true, !source.hasPrefix("/") else {
          continue
        }
        initializers.append(joined(parentDirectory(of: path), source))
      }
    }
  }

  private static func mount(_ node: YAMLNode) -> (source: String?, target: String?) {
    if let text = node.scalarText {
      let parts = text.split(separator: ":").map(String.init)
      return parts.count > 1 ? (parts[0], parts[1]) : (nil, nil)
    }
    return (node["source"]?.scalarText, node["target"]?.scalarText)
  }
}

/// Finds the version of PostgreSQL that the project uses.
struct VersionSearch {
  let tree: ProjectTree

  func search(_ discovery: inout Discovery) {
    var found: [Discovery.Version] = []
    for file in ComposeFile.all(of: tree) {
      for (image, line) in file.images {
        add(image, "\(file.path):\(line)", rank: ComposeFile.rank(file.path), &found, &discovery)
      }
    }
    found += supabase(beside: discovery.schema.first?.place ?? "") + toolVersions()
    for path in tree.files(below: ".github/workflows") { workflow(path, &found, &discovery) }
    let old = found.filter { $0.major < ServerInstallation.oldestMajor }
    found.removeAll { $0.major < ServerInstallation.oldestMajor }
    for version in old {
      let needed = "plangate needs \(ServerInstallation.oldestMajor) or newer"
      discovery.unclear.append(Discovery.Remark(version.place, "PostgreSQL \(version.major) is too old; \(needed)"))
    }
    found.sort { $0.rank == $1.rank ? false : $0.rank < $1.rank }
    discovery.versions = found
    guard let first = found.first else { return }
    discovery.found.append(Discovery.Remark(first.place, "PostgreSQL \(first.major) (\(first.source))"))
    let others = found.filter { $0.major != first.major }
    if !others.isEmpty {
      let list = others.map { "\($0.place) says \($0.major)" }.joined(separator: ", ")
      discovery.unclear.append(
        Discovery.Remark(
          first.place,
          "PostgreSQL \(first.major) here, but \(list): the workflow says \(first.major); "
            + "set the version that production runs"))
    }
  }

  private func add(
    _ image: String, _ place: String, rank: Int, _ found: inout [Discovery.Version], _ discovery: inout Discovery
  ) {
    switch PostgresImage(image) {
    case .major(let major): found.append(Discovery.Version(major: major, place: place, source: image, rank: rank))
    case .unknown: discovery.unclear.append(Discovery.Remark(place, "the version of PostgreSQL in \(image)"))
    case .other: break
    }
  }

  /// - Parameter migrations: the directory of the migrations, beside which the configuration that counts is.
  private func supabase(beside migrations: String) -> [Discovery.Version] {
    let files = tree.files(named: "config.toml").filter { $0.hasSuffix("supabase/config.toml") }
    let own = files.filter { parentDirectory(of: $0) == parentDirectory(of: migrations) }
    return (own.isEmpty ? files : own).compactMap { path in
      var isInside = false
      for (index, line) in (tree.text(path) ?? "").linesOfScalars.enumerated() {
        let line = line.trimmed
        if line.hasPrefix("[") { isInside = line == "[db]" }
        let parts = line.prefix { $0 != "#" }.split(separator: "=").map(\.trimmed)
        guard isInside, parts.count > 1, parts[0] == "major_version", let major = VersionSearch.major(parts[1]) else {
          continue
        }
        return Discovery.Version(
          major: major, place: "\(path):\(index + 1)", source: "major_version = \(major)", rank: 1)
      }
      return nil
    }
  }

  private func toolVersions() -> [Discovery.Version] {
    // A hidden file, which the tree does not leave out: only hidden directories are skipped.
    guard let text = tree.text(".tool-versions"), tree.has(".tool-versions") else { return [] }
    for (index, line) in text.linesOfScalars.enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count > 1, ["postgres", "postgresql"].contains(words[0]), let major = VersionSearch.major(words[1])
      else { continue }
      return [
        Discovery.Version(
          major: major, place: ".tool-versions:\(index + 1)", source: "\(words[0]) \(words[1])", rank: 2)
      ]
    }
    return []
  }

  private func workflow(_ path: String, _ found: inout [Discovery.Version], _ discovery: inout Discovery) {
    guard path.hasSuffix(".yml") || path.hasSuffix(".yaml"), let text = tree.text(path),
      let root = try? YAMLParser.parse(Array(text.utf8))
    else { return }
    for job in root["jobs"]?.mapping ?? [] {
      for service in job.value["services"]?.mapping ?? [] {
        let node = service.value["image"] ?? service.value
        // A matrix has several.
        guard let image = node.scalarText, !image.contains("${{") else { continue }
        add(image, "\(path):\(node.mark.line)", rank: 4, &found, &discovery)
      }
    }
  }

  /// A major version that plangate runs, from a text such as `16.2`.
  static func major(_ text: some StringProtocol) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    return Int(digits).flatMap { 9...40 ~= $0 ? $0 : nil }
  }
}

/// What the name of a container's image says of PostgreSQL.
enum PostgresImage: Equatable {
  case major(Int)
  /// PostgreSQL, of a version that the name does not say.
  case unknown
  /// Something else.
  case other

  /// Images whose tag begins with PostgreSQL's version.
  private static let numbered: Set<String> = ["pgrouting", "postgis", "postgres", "postgresql"]
  /// Images that say it as `pg16`.
  private static let lettered: Set<String> = ["citus", "paradedb", "pgvector", "timescaledb", "timescaledb-ha"]

  /// - Parameter image: as a Compose file writes it, such as `${IMAGE:-postgres:16}`.
  init(_ image: String) {
    let image = PostgresImage.filled(image)
    let name = image.split(separator: "@").first ?? ""
    let last = name.split(separator: "/").last ?? ""
    let parts = last.split(separator: ":", maxSplits: 1)
    let repository = parts.first.map { $0.lowercased() } ?? ""
    let isNumbered = PostgresImage.numbered.contains(repository)
    guard isNumbered || PostgresImage.lettered.contains(repository) else {
      self = .other
      return
    }
    let tag = parts.count > 1 ? parts[1].lowercased() : ""
    if let place = tag.firstRange(of: "pg"), let major = VersionSearch.major(tag[place.upperBound...]) {
      self = .major(major)
    } else if isNumbered, let major = VersionSearch.major(tag) {
      self = .major(major)
    } else {
      self = .unknown
    }
  }

  /// The text with the defaults of its variables.
  private static func filled(_ text: String) -> String {
    var filled = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
      filled += rest[..<start.lowerBound]
      let variable = rest[start.upperBound..<end]
      if let dash = variable.firstIndex(of: "-") { filled += variable[variable.index(after: dash)...] }
      rest = rest[rest.index(after: end)...]
    }
    return filled + rest
  }
}
