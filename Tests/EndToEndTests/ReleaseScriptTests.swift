import Foundation
import PlanCore
import TestSupport
import Testing

/// The scripts of a release, as far as they take no time; `scripts/release-test` tries the files themselves.
@Suite struct ReleaseScriptTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static let source = "Sources/PlanCore/Outcome/Release.swift"

  private static let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

  /// A repository with nothing but the version, a changelog and the scripts.
  private func repository(changelog: String = "") throws -> Project {
    let project = try Project(["CHANGELOG.md": changelog])
    try project.write(Self.source, String(contentsOf: Self.root.appending(path: Self.source), encoding: .utf8))
    try project.makeDirectory("scripts")
    for script in ["release-version", "release-deb", "release-sums"] {
      try FileManager.default.copyItem(
        atPath: Self.root.appending(path: "scripts/\(script)").path, toPath: "\(project.directory)/scripts/\(script)")
    }
    return project
  }

  private func run(_ words: [String], in project: Project) throws -> ProgramRun {
    try RunningProgram(
      ["\(project.directory)/scripts/\(words[0])"] + words.dropFirst(), in: project.directory,
      environment: Self.environment
    ).end()
  }

  // MARK: release-version

  @Test func `the version and the day are those that the program states`() throws {
    let project = try repository()
    let version = try run(["release-version"], in: project)
    let day = try run(["release-version", "--day"], in: project)
    #expect(version.stdout == "\(Release.version)\n", "\(version)")
    #expect(day.stdout == "\(Release.day)\n", "\(day)")
  }

  @Test func `a tag of another version fails`() throws {
    let project = try repository(changelog: "## \(Release.version) (\(Release.day))\n")
    for tag in ["v99.0.0", Release.version, "v\(Release.version)-1", "v"] {
      try expect(
        run(["release-version", "--tag", tag], in: project), exits: 1,
        stderr: ["the tag \(tag) is not v\(Release.version)"])
    }
    let run = try run(["release-version", "--tag", "v\(Release.version)"], in: project)
    try expect(run, exits: 0)
    #expect(run.stdout == "\(Release.version)\n")
  }

  @Test(arguments: ["## Unreleased\n", "## \(Release.version) (2001-01-01)\n", "## 99.0.0 (\(Release.day))\n"])
  func `a tag fails if the changelog has another heading`(changelog: String) throws {
    try expect(
      run(["release-version", "--tag", "v\(Release.version)"], in: try repository(changelog: changelog)), exits: 1,
      stderr: ["CHANGELOG.md has no heading \"## \(Release.version) (\(Release.day))\""])
  }

  @Test func `the notes are the section of the version`() throws {
    let project = try repository(
      changelog: """
        # Changelog

        ## 99.0.0 (2099-01-01)

        - later

        ## \(Release.version) (\(Release.day))

        - this

        ### In detail

        - more

        ## 0.0.1 (2001-01-01)

        - earlier

        """)
    let run = try run(["release-version", "--notes"], in: project)
    #expect(run.stdout == "\n- this\n\n### In detail\n\n- more\n\n", "\(run)")
  }

  // MARK: release-deb, release-sums

  /// A tree as `scripts/release-build` makes it, with a small program.
  private func tree(in project: Project, system: String = "linux-x86_64") throws -> String {
    let tree = "dist/plangate-\(Release.version)-\(system)"
    try project.makeDirectory("\(tree)/bin")
    try FileManager.default.copyItem(atPath: "/usr/bin/env", toPath: "\(project.directory)/\(tree)/bin/plangate")
    for file in [
      "man/man1/plangate.1", "bash-completion/completions/plangate", "fish/vendor_completions.d/plangate.fish",
      "zsh/site-functions/_plangate", "plangate/manifest.schema.json", "doc/plangate/README.md",
      "doc/plangate/CHANGELOG.md", "doc/plangate/THIRD-PARTY",
    ] {
      try project.write("\(tree)/share/\(file)", "text of \(file)\n")
    }
    return tree
  }

  private func tool(_ words: [String], in project: Project) throws -> String {
    let run = try RunningProgram(
      ["/usr/bin/env"] + words, in: project.directory, environment: Self.environment
    ).end()
    try expect(run, exits: 0)
    return run.stdout
  }

  @Test(arguments: [("linux-x86_64", "amd64"), ("linux-arm64", "arm64")])
  func `the package has the program, its page, its completions and what it depends on`(
    system: String, architecture: String
  ) throws {
    let project = try repository()
    let made = try run(["release-deb", tree(in: project, system: system)], in: project)
    try expect(made, exits: 0)
    let file = "dist/plangate_\(Release.version)_\(architecture).deb"
    #expect(made.stdout == "\(file)\n")

    let control = try tool(["dpkg-deb", "--field", file], in: project).split(separator: "\n")
    #expect(control.contains("Version: \(Release.version)") && control.contains("Architecture: \(architecture)"))
    let depends = try #require(control.first { $0.hasPrefix("Depends: ") })
    #expect(depends.contains(/libc6 \(>= 2\.\d+\), libpq5 \(>= 14\)$/), "\(depends)")
    #expect(control.contains { $0.hasPrefix("Recommends: postgresql,") }, "\(control)")

    let contents = try tool(["dpkg-deb", "--contents", file], in: project).split(separator: "\n")
    for path in [
      "bin/plangate", "share/man/man1/plangate.1.gz", "share/bash-completion/completions/plangate",
      "share/fish/vendor_completions.d/plangate.fish", "share/zsh/vendor-completions/_plangate",
      "share/plangate/manifest.schema.json", "share/doc/plangate/copyright", "share/doc/plangate/changelog.gz",
    ] {
      #expect(contents.contains { $0.hasSuffix(" ./usr/\(path)") && $0.contains(" root/root ") }, "\(path)")
    }
    #expect(contents.contains { $0.hasPrefix("-rwxr-xr-x") && $0.hasSuffix("/bin/plangate") })
  }

  @Test func `a package is made only of a tree for Linux`() throws {
    let project = try repository()
    try expect(
      run(["release-deb", tree(in: project, system: "macos-arm64")], in: project), exits: 2,
      stderr: ["is not the tree of a release for Linux"])
  }

  @Test func `the digests are of all files of the release and of nothing else`() throws {
    let project = try repository()
    _ = try tree(in: project)
    for file in ["b.tar.gz", "a.deb", "c d.whl", "notes.md", "SHA256SUMS"] { try project.write("dist/\(file)", file) }
    try expect(run(["release-sums", "dist"], in: project), exits: 0)
    let names = try project.read("dist/SHA256SUMS").split(separator: "\n").map { String($0.dropFirst(66)) }
    #expect(names == ["a.deb", "b.tar.gz", "c d.whl"])
    _ = try tool(["sh", "-c", "cd dist && sha256sum --check SHA256SUMS"], in: project)
  }

  // MARK: the documents

  @Test(arguments: ["README.md", "docs/ci.md", ".github/actions/plangate/README.md"])
  func `the commands of the documents name the version`(path: String) throws {
    let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    let named = text.matches(
      of: /(?:download\/v|plangate@v|plangate_|plangate-|plangate:|plangate\/v|rev: v)(\d+\.\d+\.\d+)/
    ).map { String($0.output.1) }
    #expect(!named.isEmpty && Set(named) == [Release.version], "\(named)")
  }

  // MARK: the workflow

  @Test func `every action of the release workflow is pinned by commit`() throws {
    let text = try String(
      contentsOf: Self.root.appending(path: ".github/workflows/release.yml"), encoding: .utf8)
    let uses = text.split(separator: "\n").filter { $0.contains("uses: ") }
    #expect(!uses.isEmpty)
    for line in uses { #expect(line.contains(/uses: [a-z\/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/), "\(line)") }
  }
}
