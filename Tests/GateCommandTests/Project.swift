import Foundation
import OperatingSystem
import PlanCore
import TestSupport
import Testing

@testable import GateCommand

/// A directory with the files of a project, removed with the value.
final class Project: Sendable {
  let root: String

  init(_ files: [String: String] = [:]) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "plangate-tests-\(UUID().uuidString)")
    root = url.path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    for (path, text) in files { try write(path, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ path: String) -> String { "\(root)/\(path)" }

  func write(_ path: String, _ text: String) throws { try write(path, bytes: Array(text.utf8)) }

  func write(_ path: String, bytes: [UInt8]) throws {
    let file = self.path(path)
    try FileManager.default.createDirectory(atPath: parentDirectory(of: file), withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  func text(_ path: String) throws -> String {
    try String(contentsOfFile: self.path(path), encoding: .utf8)
  }

  /// The names in a directory, sorted.
  func names(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: self.path(path)).sorted()
  }

  /// The error of `body`, with paths relative to the project.
  func failure(_ body: () throws(Diagnostic) -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return error.description.replacing("\(root)/", with: "") }
  }
}

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
      let text = try text(manifest)
      let problems = try SchemaValidator.problems(of: text, .manifest)
      #expect(problems == [], "\(text)")
    } catch { Issue.record(error) }
    return loaded
  }

  func loadFailure(_ manifest: String = "queries/m.yml") -> String? {
    failure { () throws(Diagnostic) in _ = try load(manifest) }
  }

  /// A loaded path, relative to the project.
  func local(_ path: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
  }
}

/// The settings of a rule that a manifest does not change.
func defaults(_ id: String, _ severity: Severity? = nil) throws -> RuleSettings {
  var settings = RuleSettings(try #require(Rule.all.first { $0.id == id }))
  if let severity { settings.severity = severity }
  return settings
}

/// SplitMix64, which produces the same numbers in every run.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
