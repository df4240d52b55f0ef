package import PlanCore

/// The command that accepts plans as they are now.
package enum RecordCommand {
  /// The manifest that the program reads by default.
  package static let defaultManifest = "queries/manifest.yml"

  /// A command to paste into a shell, such as `plangate record order_search tenant_dashboard`.
  ///
  /// A baseline file holds a query, so cases are not named.
  package static func text(queries: [String], manifest: String = defaultManifest) -> String {
    var words = ["plangate", "record"]
    if manifest != defaultManifest { words += ["--manifest", quoted(manifest)] }
    for query in queries.map(quoted) where !words.dropFirst(2).contains(query) { words.append(query) }
    return words.joined(separator: " ")
  }

  /// The command for all cases of a run that failed and can be accepted; nil when there are none.
  package static func text(_ outcome: RunOutcome) -> String? {
    let cases = outcome.cases.filter { $0.isFailed(strict: outcome.isStrict) && $0.isRecordable }
    return cases.isEmpty ? nil : text(queries: cases.map(\.query), manifest: outcome.manifest)
  }

  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
          || "_./-+@%:,=".unicodeScalars.contains(scalar)
      }
    return isPlain ? word : "'" + word.visible.replacingScalars("'", with: "'\\''") + "'"
  }
}
