import Foundation
import TestSupport
import Testing

/// The committed baselines of older plangates.
@Suite struct FormatTests {
  private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The example of this repository with its baselines as format 1 has them.
  private static func example() throws -> Project {
    let project = try Project()
    for folder in ["queries", "seed"] {
      try FileManager.default.copyItem(
        at: repository.appending(path: folder), to: URL(filePath: "\(project.directory)/\(folder)"))
    }
    try FileManager.default.copyItem(
      at: repository.appending(path: "Tests/EndToEndTests/Format1"),
      to: URL(filePath: "\(project.directory)/baselines"))
    return project
  }

  @Test func `baselines of format 1 are green, also under --strict, with one note that says record`() throws {
    let project = try Self.example()
    let run = try project.plangate("check", "--strict")
    try expect(
      run, exits: 0,
      stdout: ["the baseline of 28 queries was recorded by an older plangate", "plangate record writes it anew"],
      leavingNothingIn: project)
    let record = try project.plangate("record")
    try expect(record, exits: 0, stdout: ["0 unchanged, 28 changed"], leavingNothingIn: project)
    #expect(try project.contents(of: "baselines").values.allSatisfy { $0.hasPrefix("plangate baseline 2\n") })
    let again = try project.plangate("record")
    try expect(again, exits: 0, stdout: ["28 unchanged"], not: ["older plangate"], leavingNothingIn: project)
  }
}
