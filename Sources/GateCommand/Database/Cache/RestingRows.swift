import FoundationEssentials

/// Scripts of a seed that leave all rows where they are: they make and drop indexes, constraints, views and the like.
///
/// Such a script gives the same database whether the tables were vacuumed and analyzed before it or not. Any other one
/// may find other free space for its rows, or plan its statements in another way. It errs on the safe side.
enum RestingRows {
  /// A larger file brings rows.
  private static let limit = 1 << 20

  /// The statements of a script that consists of such statements only; nil for any other one.
  static func statements(ofScriptAt path: String) -> [MigrationScript.Statement]? {
    guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= limit else { return nil }
    return statements(of: String(decoding: bytes, as: UTF8.self))
  }

  static func statements(of script: String) -> [MigrationScript.Statement]? {
    let (statements, needsPsql) = MigrationScript.divided(script)
    let isQuiet = !needsPsql && statements.allSatisfy { areLeft(byStatement: SQLScanner($0.text).words) }
    // What a variable of psql stands for is not in the text.
    return isQuiet && SeedScan(script).insertedVariables.isEmpty ? statements : nil
  }

  private static func areLeft(byStatement words: [String]) -> Bool {
    let rest = words.dropFirst().drop { ["or", "replace", "unique"].contains($0) }
    let object = rest.first ?? ""
    switch words.first {
    case "commit": return object != "prepared"
    case "begin", "start", "end", "set", "reset", "comment", "grant", "revoke", "reindex": return true
    case "create": return object == "table" ? !words.contains("as") : objects.contains(object)
    case "drop": return object == "table" || objects.contains(object)
    case "alter":
      if object != "table" { return objects.contains(object) }
      // A default, a check or a conversion may call a function that writes.
      return words.indices.allSatisfy { index in
        switch words[index] {
        case "default", "check", "generated": false
        case "using": index + 1 < words.count && words[index + 1] == "index"
        default: true
        }
      }
    default: return false
    }
  }

  /// Kinds of objects that have no rows, nor anything to do with those of others.
  private static let objects: Set<String> = [
    "function", "index", "policy", "procedure", "rule", "schema", "sequence", "statistics", "trigger", "type", "view",
  ]
}
