import Foundation
import PlanCore
import TestSupport
import Testing

@testable import GateCommand

extension Project {
  static let today: Day = "2026-11-21"

  /// A project with a manifest, and the query file `a.sql` for it to name.
  convenience init(manifest: String, _ files: [String: String] = [:]) throws {
    try self.init(files.merging(["queries/m.yml": manifest, "queries/a.sql": "SELECT 1"]) { given, _ in given })
  }

  /// Loads a manifest and checks that the published schema accepts it too.
  func load(_ manifest: String = "queries/m.yml") throws(Diagnostic) -> Manifest {
    let loaded = try Manifest.load(path(manifest), today: Project.today)
    do {
      let text = try read(manifest)
      let problems = try SchemaValidator.problems(of: text, .manifest)
      #expect(problems == [], "\(text)")
    } catch { Issue.record(error) }
    return loaded
  }

  /// The error of `body`, with paths relative to the project.
  func failure(_ body: () throws(Diagnostic) -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return error.description.replacing("\(directory)/", with: "") }
  }

  func loadFailure(_ manifest: String = "queries/m.yml") -> String? {
    failure { () throws(Diagnostic) in _ = try load(manifest) }
  }

  /// A loaded path, relative to the project.
  func local(_ path: String) -> String {
    path.hasPrefix(directory + "/") ? String(path.dropFirst(directory.count + 1)) : path
  }
}

/// The settings of a rule that a manifest does not change.
func defaults(_ id: String, _ severity: Severity? = nil) throws -> RuleSettings {
  var settings = RuleSettings(try #require(Rule.all.first { $0.id == id }))
  if let severity { settings.severity = severity }
  return settings
}
