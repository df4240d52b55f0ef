import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Exact copies of files that PostgreSQL 15 writes.
@Suite struct PostmasterFileTests {
  private let project: Project

  init() throws { project = try Project([:]) }

  private func file(_ text: String) throws -> PostmasterFile? {
    try project.write("data/postmaster.pid", text)
    return PostmasterFile(ofCluster: "\(project.directory)/data")
  }

  private static let head = "4711\n/tmp/data\n1795978235\n5432\n/tmp/socket\n\n"

  @Test func `process, segment and readiness are read`() throws {
    let starting = try #require(try file(PostmasterFileTests.head + "  1234567        65\nstarting\n"))
    #expect(starting.process == 4711)
    #expect(starting.segment == 65)
    #expect(!starting.isReady)
    // A standalone server, as initdb starts it.
    let single = try #require(try file("-" + PostmasterFileTests.head + "  1234567        65\n"))
    #expect(single.process == 4711)
    #expect(try #require(try file(PostmasterFileTests.head + "  1234567        65\nready   \n")).isReady)
  }

  @Test(arguments: ["", "4711", "4711\n/tmp/data\n", "\n\n\n\n\n\n\n\n", "ready\nready\nready\n"])
  func `an incomplete file is not ready`(text: String) throws {
    let file = try #require(try file(text))
    #expect(!file.isReady)
    #expect(file.segment == nil)
  }

  @Test func `anything but a regular file is ignored`() throws {
    #expect(PostmasterFile(ofCluster: "\(project.directory)/data") == nil)
    try project.write("elsewhere", PostmasterFileTests.head + "  1234567        65\nready   \n")
    try project.makeDirectory("data")
    try FileManager.default.createSymbolicLink(
      atPath: "\(project.directory)/data/postmaster.pid", withDestinationPath: "\(project.directory)/elsewhere")
    #expect(PostmasterFile(ofCluster: "\(project.directory)/data") == nil)
  }
}
