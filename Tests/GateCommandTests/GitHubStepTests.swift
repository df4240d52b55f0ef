import Foundation
import PlanCore
import Reporting
import Testing
import TestSupport

@testable import GateCommand

@Suite struct GitHubStepTests {
  private var outcome: RunOutcome { RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml") }

  private func append(_ path: String) -> String? { GitHubStep.append(outcome, to: path) }

  @Test func `the summary is added to what the step wrote before`() throws {
    let project = try Project(["summary": "# mine"])
    #expect(append(project.path("summary")) == nil)
    #expect(try project.read("summary") == "# mine\n" + MarkdownReport.text(outcome))
    #expect(append(project.path("new")) == nil)
    #expect(try project.read("new") == MarkdownReport.text(outcome))
  }

  @Test func `a link, a directory, a pipe and a device are not written to`() throws {
    let project = try Project(["target": "text", "directory/file": ""])
    try FileManager.default.createSymbolicLink(
      atPath: project.path("link"), withDestinationPath: project.path("target"))
    #expect(mkfifo(project.path("pipe"), 0o600) == 0)
    for name in ["link", "directory", "pipe", "nowhere/summary"] {
      #expect(append(project.path(name)) != nil, "\(name)")
    }
    #expect(append("/dev/null") == "/dev/null: it is not a file")
    #expect(try project.read("target") == "text")
    #expect(try project.names(in: "") == ["directory", "link", "pipe", "target"])
  }

  @Test func `a pipe with a reader is not written to either`() throws {
    let project = try Project()
    #expect(mkfifo(project.path("pipe"), 0o600) == 0)
    let reader = open(project.path("pipe"), O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    #expect(append(project.path("pipe"))?.hasSuffix("it is not a file") == true)
  }

  @Test func `the existing text of the file counts against the limit`() throws {
    let project = try Project(["full": String(repeating: "x", count: 1_040_000)])
    #expect(append(project.path("full"))?.contains("size limit") == true)
    #expect(try project.read("full").utf8.count == 1_040_000)
    try project.write("half", String(repeating: "x", count: 900_000))
    #expect(append(project.path("half")) == nil)
    #expect(try project.read("half").utf8.count <= 1_048_576)
  }

  @Test func `the step exists only in GitHub Actions`() {
    #expect(GitHubStep(environment: ["GITHUB_STEP_SUMMARY": "/x"]) == nil)
    #expect(GitHubStep(environment: ["GITHUB_ACTIONS": "false"]) == nil)
    #expect(GitHubStep(environment: ["GITHUB_ACTIONS": "true"]) != nil)
  }
}

@Suite struct RepositoryPathsTests {
  @Test func `files are named from the root that the service names`() throws {
    let project = try Project(["repo/ci/q.sql": "", "outside.sql": ""])
    try FileManager.default.createSymbolicLink(
      atPath: project.path("link"), withDestinationPath: project.path("repo"))
    for (marker, variable) in [("GITHUB_ACTIONS", "GITHUB_WORKSPACE"), ("GITLAB_CI", "CI_PROJECT_DIR")] {
      for root in ["repo", "link", "repo/"] {
        let paths = RepositoryPaths(environment: [marker: "true", variable: project.path(root)])
        #expect(paths.name(of: project.path("repo/ci/q.sql")) == "ci/q.sql")
        #expect(paths.name(of: project.path("link/ci/../ci/q.sql")) == "ci/q.sql")
        // Outside the repository, and missing.
        #expect(paths.name(of: project.path("outside.sql")) == project.path("outside.sql"))
        #expect(paths.name(of: "nowhere/q.sql") == "nowhere/q.sql")
      }
    }
  }

  @Test func `elsewhere files keep the user's names`() throws {
    let project = try Project(["repo/q.sql": ""])
    let file = project.path("repo/q.sql")
    #expect(RepositoryPaths(environment: [:]).name(of: file) == file)
    #expect(RepositoryPaths(environment: ["GITHUB_WORKSPACE": project.path("repo")]).name(of: file) == file)
    #expect(RepositoryPaths(environment: ["GITHUB_ACTIONS": "true"]).name(of: file) == file)
    #expect(RepositoryPaths(environment: ["GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": ""]).name(of: file) == file)
  }
}
