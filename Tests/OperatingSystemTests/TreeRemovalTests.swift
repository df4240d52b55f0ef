import Foundation
import TestSupport
import Testing

@testable import OperatingSystem

@Suite struct TreeRemovalTests {
  private let project: Project

  init() throws { project = try Project(["outside/kept": "kept", "other": "kept"]) }

  private func exists(_ path: String) -> Bool {
    var info = stat()
    return lstat("\(project.directory)/\(path)", &info) == 0
  }

  @Test func `a tree is removed with everything in it`() throws {
    for folder in 0..<5 {
      for file in 0..<50 { try project.write("tree/\(folder)/deep/er/\(file)", "x") }
      try project.write("tree/\(folder)/name with\nline feed, ü and \u{301}", "x")
    }
    try project.makeDirectory("tree/empty/in/empty")
    removeTree("\(project.directory)/tree")
    #expect(!exists("tree"))
  }

  @Test func `links are removed and their targets stay`() throws {
    let directory = project.directory
    try project.makeDirectory("tree/inner")
    for (name, target) in [
      ("tree/folder", "\(directory)/outside"), ("tree/inner/file", "\(directory)/other"), ("tree/none", "nowhere"),
    ] { try FileManager.default.createSymbolicLink(atPath: "\(directory)/\(name)", withDestinationPath: target) }
    removeTree("\(directory)/tree")
    #expect(!exists("tree"))
    #expect(exists("outside/kept") && exists("other"))
    // A link in place of the tree itself.
    try FileManager.default.createSymbolicLink(atPath: "\(directory)/tree", withDestinationPath: "\(directory)/outside")
    removeTree("\(directory)/tree")
    #expect(!exists("tree") && exists("outside/kept"))
  }

  @Test func `a file is removed too, and a missing path is no error`() throws {
    removeTree("\(project.directory)/other")
    #expect(!exists("other"))
    removeTree("\(project.directory)/other")
  }

  @Test func `deeply nested directories need few descriptors`() throws {
    let path = (0..<200).map { "d\($0)" }.joined(separator: "/")
    try project.write("tree/\(path)/file", "x")
    for number in 0..<300 { try project.write("tree/wide/\(number)/file", "x") }
    let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    removeTree("\(project.directory)/tree")
    #expect(!exists("tree"))
    // Other tests open and close files at the same time.
    let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    #expect(after < before + 100)
  }
}
