import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite struct ServerInstallationTests {
  private let project: Project

  init() throws { project = try Project() }

  /// A directory with programs that report this server version.
  private func installation(_ folder: String, version: String) throws -> String {
    for program in ["postgres", "initdb"] {
      try project.writeProgram("\(folder)/\(program)", "#!/bin/sh\necho 'postgres (PostgreSQL) \(version)'\n")
    }
    return "\(project.directory)/\(folder)"
  }

  private func message(_ choice: String?, path: String? = nil) throws -> String {
    let environment = path.map { ["PATH": $0] } ?? TestServer.plain
    return try #require(throws: ServerStartError.self) {
      try ServerInstallation.locate(choice, environment: environment)
    }.message
  }

  @Test func `the machine has a server`() throws {
    let found = try ServerInstallation.locate(nil, environment: TestServer.plain)
    #expect(found.major >= ServerInstallation.oldestMajor)
    #expect(found.version / 10_000 == found.major)
    #expect(try ServerInstallation.locate(String(found.major), environment: TestServer.plain).major == found.major)
    #expect(try ServerInstallation.locate(found.binaries, environment: TestServer.plain) == found)
  }

  @Test func `a missing major is an error that lists the installed ones and the next step`() throws {
    let message = try message("99")
    let found = try ServerInstallation.locate(nil, environment: TestServer.plain)
    #expect(message.hasPrefix("no PostgreSQL 99 server on this machine (found: "))
    #expect(message.contains(String(found.major)))
    #expect(message.contains("--postgres /path/to/bin"))
  }

  @Test func `a directory without a working server is an error`() throws {
    for choice in [project.directory, "/nonexistent/bin", "bin", "./bin"] {
      #expect(try message(choice) == "no PostgreSQL server in \(choice): it has no working 'postgres' and 'initdb'")
    }
    let broken = try installation("broken", version: "15.1")
    try project.writeProgram("broken/postgres", "#!/bin/sh\nexit 1\n")
    #expect(try message(broken).hasPrefix("no PostgreSQL server in \(broken)"))
    try project.remove("broken/initdb")
    #expect(try message(broken).hasPrefix("no PostgreSQL server in \(broken)"))
  }

  @Test func `a server that is too old is an error`() throws {
    let message = try message(installation("old", version: "12.22"))
    #expect(message.contains("PostgreSQL 12") && message.contains("too old") && message.contains("13"), "\(message)")
  }

  @Test(arguments: [
    ("15.18", 150018), ("15.18 (Debian 15.18-0+deb12u1)", 150018), ("18.0 (Ubuntu 18.0-1.pgdg24.04+3)", 180000),
    ("19devel", 190000), ("19beta1", 190000), ("17rc2", 170000),
  ])
  func `a version is read from what postgres prints`(_ text: String, _ version: Int) throws {
    let found = try ServerInstallation.locate(installation("bin", version: text), environment: TestServer.plain)
    #expect(found.version == version)
    #expect(found.major == version / 10_000)
  }

  @Test func `the preferred major is used if installed, else the newest`() throws {
    let path = try installation("bin", version: "99.3") + ":" + (TestServer.plain["PATH"] ?? "")
    #expect(try ServerInstallation.locate(nil, environment: ["PATH": path]).version == 990003)
    #expect(try ServerInstallation.locate("99", environment: ["PATH": path]).version == 990003)
    let real = try ServerInstallation.locate(nil, environment: TestServer.plain)
    #expect(
      try ServerInstallation.locate(nil, preferredMajor: real.major, environment: ["PATH": path]).major == real.major)
    #expect(try ServerInstallation.locate(nil, preferredMajor: 98, environment: ["PATH": path]).major == 99)
    #expect(try ServerInstallation.locate("99", preferredMajor: real.major, environment: ["PATH": path]).major == 99)
  }

  @Test func `a client is the server's, else the one in PATH, else an error`() throws {
    let binaries = try installation("bin", version: "15.1")
    let found = try ServerInstallation.locate(binaries, environment: TestServer.plain)
    let error = try #require(throws: ServerStartError.self) {
      try found.client("psql", environment: ["PATH": "/nonexistent"])
    }
    #expect(error.message.hasPrefix("psql is not on this machine"))
    try project.writeProgram("path/psql", "#!/bin/sh\n")
    let environment = ["PATH": "\(project.directory)/path"]
    #expect(try found.client("psql", environment: environment) == "\(project.directory)/path/psql")
    try project.writeProgram("bin/psql", "#!/bin/sh\n")
    #expect(try found.client("psql", environment: environment) == "\(project.directory)/bin/psql")
  }
}
