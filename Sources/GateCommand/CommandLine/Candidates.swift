import YAML

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The answer to a completion script while somebody types: the names of queries or of cases, one per line.
///
/// It never fails and says nothing about a manifest that is missing or half written.
package struct Candidates: Equatable, Sendable {
  enum Kind: String, Sendable {
    case queries, cases
  }

  /// The word by which scripts call it: `plangate __complete cases --manifest FILE`.
  static let word = "__complete"

  var kind = Kind.queries
  var manifest = Options.defaultManifest

  /// A larger file is not read: it would keep the shell waiting.
  private static let largestManifest = 4_000_000

  init(_ words: [String]) {
    if let first = words.first, let kind = Kind(rawValue: first) { self.kind = kind }
    if words.count == 3, words[1] == "--manifest", !words[2].isEmpty { manifest = words[2] }
  }

  var text: String {
    let names = read().flatMap { query in kind == .queries ? [query.name] : [query.name] + query.cases }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }.map { $0 + "\n" }.joined()
  }

  private func read() -> [(name: String, cases: [String])] {
    var status = stat()
    // A pipe would keep the shell waiting.
    guard stat(manifest, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size <= Candidates.largestManifest, let bytes = try? readFile(manifest, "the manifest"),
      let root = try? YAMLParser.parse(bytes)
    else { return [] }
    return (root["queries"]?.sequence ?? []).compactMap(Candidates.names)
  }

  /// The names consist of what a manifest allows: letters, digits, `.`, `_`, `-`, and plangate's own `@` and `+`.
  ///
  /// A shell does not interpret any of these.
  private static func names(_ node: YAMLNode) -> (name: String, cases: [String])? {
    let given = node["name"] ?? node["query"]
    guard let name = given?.scalarText ?? node["file"]?.scalarText.map(Query.name(ofFile:)), isIdentifier(name)
    else { return nil }
    let named = (node["cases"]?.mapping ?? []).compactMap { $0.key.scalarText }.filter(isIdentifier)
    let isNamed = node["cases"] != nil
    let generic = isNamed ? named.map { $0 + "+generic" } : ["generic"]
    let cases =
      switch node["plan"]?.scalarText {
      case "generic": generic
      case "both": named + generic
      default: named
      }
    return (name, cases.map { "\(name)@\($0)" })
  }
}
