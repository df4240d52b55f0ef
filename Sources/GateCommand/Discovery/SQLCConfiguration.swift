import OperatingSystem
import YAML

/// One package of a configuration of sqlc, version 1 or 2.
struct SQLCConfiguration: Equatable, Sendable {
  /// The file, relative to the project's directory.
  let path: String
  let engine: String
  /// The files, directories and patterns of the schema and of the queries, relative to the project's directory.
  let schema: [String]
  let queries: [String]

  static func all(of tree: ProjectTree) -> [SQLCConfiguration] {
    files(of: tree).flatMap { path in tree.text(path).map { read($0, path) } ?? [] }
  }

  static func files(of tree: ProjectTree) -> [String] {
    ["sqlc.yaml", "sqlc.yml", "sqlc.json"].flatMap(tree.files(named:)).filter { !ProjectPath.isTrial($0) }
  }

  /// The packages of a configuration; none if it is not one that sqlc reads.
  static func read(_ text: String, _ path: String) -> [SQLCConfiguration] {
    // YAML takes JSON, but for tabs.
    let text = path.hasSuffix(".json") ? text.replacing("\t", with: " ") : text
    guard let root = try? YAMLParser.parse(Array(text.utf8)) else { return [] }
    let packages = root["sql"]?.sequence ?? root["packages"]?.sequence ?? []
    let directory = parentDirectory(of: path)
    return packages.map { package in
      func paths(_ key: String) -> [String] {
        guard let node = package[key] else { return [] }
        return (node.sequence ?? [node]).compactMap(\.scalarText).filter { !$0.isEmpty }.map { joined(directory, $0) }
      }
      return SQLCConfiguration(
        path: path, engine: package["engine"]?.scalarText ?? "postgresql", schema: paths("schema"),
        queries: paths("queries"))
    }
  }

  var isPostgreSQL: Bool { engine == "postgresql" }
}
