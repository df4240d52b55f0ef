import Foundation
import Testing

/// Texts that are compared as a whole with a file under `Golden`.
///
/// To record the files again: `PLANGATE_RECORD_GOLDENS=1 swift test --filter ReportingTests`. The run that records them
/// fails; review the difference in git, then run again without the variable.
enum Golden {
  static func expect(_ text: String, is file: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(file)")
    if ProcessInfo.processInfo.environment["PLANGATE_RECORD_GOLDENS"] == "1" {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
      Issue.record("recorded \(file); run again without PLANGATE_RECORD_GOLDENS", sourceLocation: sourceLocation)
      return
    }
    let data = try #require(try? Data(contentsOf: url), "no golden file \(file)", sourceLocation: sourceLocation)
    let golden = try #require(String(bytes: data, encoding: .utf8), sourceLocation: sourceLocation)
    // Scalars are compared, because Characters are equal in all their normal forms.
    if Array(golden.unicodeScalars) == Array(text.unicodeScalars) { return }
    let (old, new) = (lines(golden), lines(text))
    let number = zip(old, new).prefix { $0 == $1 }.count
    Issue.record(
      """
      \(file) differs in line \(number + 1):
      - \(number < old.count ? old[number].debugDescription : "nothing")
      + \(number < new.count ? new[number].debugDescription : "nothing")
      """, sourceLocation: sourceLocation)
  }

  private static func lines(_ text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      String(String.UnicodeScalarView($0))
    }
  }
}
