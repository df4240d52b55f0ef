import Foundation
import TestSupport
import Testing
import YAML

/// The CI/CD component for GitLab, `templates/plangate.yml`.
@Suite struct GitLabComponentTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "templates/plangate.yml")

  /// The component's two documents, its inputs and its job.
  private func parts() throws -> (inputs: YAMLNode, job: String) {
    let documents = try String(contentsOf: Self.file, encoding: .utf8).components(separatedBy: "\n---\n")
    #expect(documents.count == 2)
    let specification = try YAMLParser.parse(Array(documents[0].utf8))
    return (try #require(specification["spec"]?["inputs"]), documents[1])
  }

  /// The job as GitLab sees it: its inputs are replaced as text, before YAML is read.
  private func job(_ values: [String: String] = [:]) throws -> YAMLNode {
    let (inputs, text) = try parts()
    var job = text
    for entry in try #require(inputs.mapping) {
      let name = try #require(entry.key.scalarText)
      let value = try #require(values[name] ?? entry.value["default"]?.scalarText, "\(name)")
      #expect(job.contains("$[[ inputs.\(name) ]]"), "unused: \(name)")
      job = job.replacing("$[[ inputs.\(name) ]]", with: value)
    }
    #expect(!job.contains("$[["), "\(job)")
    let root = try YAMLParser.parse(Array(job.utf8))
    return try #require(root[values["job"] ?? "plangate"])
  }

  @Test func `every input has a default and reaches the job`() throws {
    #expect(try job()["image"]?["name"]?.scalarText == "ghcr.io/plangate/plangate:pg18")
    let other = try job(["job": "plans", "image": "registry/plangate:1.2.3-pg16", "stage": "check", "user": "postgres"])
    #expect(other["image"]?["name"]?.scalarText == "registry/plangate:1.2.3-pg16")
    #expect(other["image"]?["docker"]?["user"]?.scalarText == "postgres" && other["stage"]?.scalarText == "check")
  }

  @Test func `the script checks the plans and leaves the files that the job uploads`() throws {
    let project = try Project()
    try expect(project.plangate("init"), exits: 0)
    try expect(project.plangate("record"), exits: 0)
    let job = try job(["args": "--strict example_*"])
    let script = try #require(job["script"]?.sequence?.first?.scalarText)
    let run = try RunningProgram(
      ["/bin/sh", "-euc", script], in: project.directory,
      environment: [
        "PATH": "\(URL(filePath: try plangateBinary()).deletingLastPathComponent().path):/usr/bin:/bin",
        "TMPDIR": project.temporaryDirectory, "CI": "true",
        "PLANGATE_CACHE_DIR": "\(project.directory)/.plangate-cache",
      ]
    ).end()
    try expect(run, exits: 0, stdout: ["2 passed"])
    let artifacts = try #require(job["artifacts"])
    let reports = try #require(artifacts["reports"]?.mapping).map(\.value)
    for file in try #require(artifacts["paths"]?.sequence) + reports {
      #expect(project.exists(try #require(file.scalarText)), "\(file)")
    }
    for path in try #require(job["cache"]?["paths"]?.sequence) {
      #expect(project.exists(try #require(path.scalarText)), "\(path)")
    }
  }
}
