import FoundationEssentials
import JSON
import OperatingSystem
import PlanCore
import YAML

extension Query {
  /// The name of a statement that no manifest lists.
  static let nameOfStatement = "statement"

  /// A statement of the command line (`--sql`), with the values of `--params`.
  ///
  /// - Parameter manifest: gives the timeout.
  init(_ sql: String, params: String?, manifest: Manifest) throws(Diagnostic) {
    // A JSON text is YAML, and the values are read as those of a manifest.
    let members = [JSONMember("name", .string(Query.nameOfStatement)), JSONMember("sql", .string(sql))]
    let entry = "[" + JSON.object(members).text.dropLast() + (params.map { ", \"params\": \($0)" } ?? "") + "}]"
    let node: YAMLNode
    do { node = try YAMLParser.parse(Array(entry.utf8)) } catch {
      throw Diagnostic("--params takes values as a manifest does, such as '[42, 2026-01-01]' or '{id: 42}'")
    }
    let source = ManifestSource(file: "--params", text: params ?? "")
    let reader = QueryReader(
      source: source, directory: manifest.directory, today: Day.containing(.now),
      defaults: QueryDefaults(
        rules: [:], timeout: manifest.queries.map(\.timeout).max() ?? 30_000, measuresTime: false))
    let queries: [Query]
    do { queries = try reader.queries(node) } catch {
      throw Diagnostic("--params: \(error.message)")
    }
    guard let query = queries.first else { throw Diagnostic("--sql needs a statement") }
    self = query
    statement = Statement(text: sql, file: "--sql", firstLine: 1, indentation: 0)
  }
}
