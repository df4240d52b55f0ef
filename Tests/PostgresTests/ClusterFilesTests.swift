import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Sealing and copying, with small files in place of a cluster's.
@Suite struct ClusterFilesTests {
  private let project: Project

  init() throws {
    project = try Project([
      "data/PG_VERSION": "15\n", "data/postmaster.pid": "1", "data/postmaster.opts": "x", "data/postgresql.conf": "x",
      "data/base/5/100": "table", "data/base/5/100.1": "segment", "data/base/5/100_vm": "map",
      "data/base/5/101": "other",
      "data/base/5/1000": "longer", "data/base/1/100": "template", "data/base/1/postgresql.conf": "not of a run",
      "data/global/pg_control": "control", "data/global/1260": "roles", "data/pg_wal/000": "log",
    ])
    try project.makeDirectory("data/pg_notify")
  }

  private var cluster: ClusterFiles { ClusterFiles("\(project.directory)/data") }

  private let sharing = ClusterFiles.Sharing(
    folders: ["base/5", "global"], untouched: ["base/1"], exceptions: ["base/5/100", "global/pg_control"])

  private func copy(
    _ sealed: (directories: [String], files: [ClusterFile]), to name: String, for use: ClusterUse = .own
  ) throws(ClusterFilesError) -> ClusterFiles {
    let target = "\(project.directory)/\(name)"
    try cluster.copy(sealed.directories, sealed.files, to: target, user: nil, for: use)
    return ClusterFiles(target)
  }

  private func inode(_ path: String) throws -> UInt64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(project.directory)/\(path)")
    return try #require(attributes[.systemFileNumber] as? NSNumber).uint64Value
  }

  @Test func `a seal lists all but what belongs to one run`() throws {
    let sealed = try cluster.seal()
    #expect(sealed.directories == ["base", "base/1", "base/5", "global", "pg_notify", "pg_wal"])
    #expect(
      sealed.files.map(\.path) == [
        "PG_VERSION", "base/1/100", "base/1/postgresql.conf", "base/5/100", "base/5/100.1", "base/5/1000",
        "base/5/100_vm",
        "base/5/101", "global/1260", "global/pg_control", "pg_wal/000",
      ])
    #expect(sealed.files.map(\.size) == [3, 8, 12, 5, 7, 6, 3, 5, 5, 7, 3])
    #expect(sealed.files.allSatisfy { $0.sharing == .none })
  }

  @Test func `folders are shared except for the exceptions, their segments and their forks`() throws {
    let shared = try cluster.seal(sharing).files.filter { $0.sharing != .none }.map(\.path)
    #expect(shared == ["base/5/1000", "base/5/101", "global/1260"])
  }

  @Test func `a folder of initdb is shared as far as it was not written to since`() throws {
    _ = try cluster.seal()
    try project.write("data/base/1/101", "new")
    let shared = try cluster.seal(sharing).files.filter { $0.sharing != .none }.map(\.path)
    #expect(shared == ["base/1/100", "base/1/postgresql.conf", "base/5/1000", "base/5/101", "global/1260"])
  }

  @Test(arguments: ["link", "folder link", "pipe"])
  func `a link out of the cluster cannot be sealed`(kind: String) throws {
    let path = "\(project.directory)/data/pg_tblspc"
    switch kind {
    case "link": symlink("/etc/passwd", path)
    case "folder link": symlink("/etc", path)
    default: mkfifo(path, 0o600)
    }
    #expect(throws: ClusterFilesError(path, because: "it is outside the cluster")) { try cluster.seal() }
  }

  @Test(arguments: [false, true])
  func `a copy has the same files and is sealed itself`(isSharing: Bool) throws {
    let sealed = try cluster.seal(sharing)
    let copy = try copy(sealed, to: "copy", for: isSharing ? .reading : .own)
    for file in sealed.files { #expect(try project.read("copy/\(file.path)") == project.read("data/\(file.path)")) }
    #expect(try project.files(in: "copy") == sealed.files.map(\.path))
    #expect(project.exists("copy/pg_notify"))
    for file in sealed.files {
      let isSame = try inode("copy/\(file.path)") == inode("data/\(file.path)")
      #expect(isSame == (isSharing && file.sharing != .none), "\(file)")
    }
    // A copy can itself be copied.
    let target = "\(project.directory)/second"
    try copy.copy(sealed.directories, sealed.files, to: target, user: nil, for: isSharing ? .reading : .own)
    #expect(try project.files(in: "second") == sealed.files.map(\.path))
    let modes = try (["copy"] + sealed.directories.map { "copy/\($0)" }).map {
      try FileManager.default.attributesOfItem(atPath: "\(project.directory)/\($0)")[.posixPermissions] as? Int
    }
    #expect(modes.allSatisfy { $0 == 0o700 })
  }

  @Test func `a large file is copied completely`() throws {
    let text = String(repeating: "0123456789abcdef", count: 50_000) + "end"
    try project.write("data/base/5/102", text)
    _ = try copy(cluster.seal(), to: "copy")
    #expect(try project.read("copy/base/5/102") == text)
  }

  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let apply: @Sendable (Project) throws -> Void

    init(_ description: String, _ apply: @escaping @Sendable (Project) throws -> Void) {
      testDescription = description
      self.apply = apply
    }
  }

  static let damages = [
    Damage("a file is longer") { try $0.append("data/base/5/101", "!") },
    Damage("a file is empty") { try $0.write("data/base/5/101", "") },
    Damage("a file of the same size has other bytes") { try $0.write("data/base/5/101", "OTHER") },
    Damage("a file was only touched") { utimes("\($0.directory)/data/base/5/101", nil) },
    Damage("a file is gone") { try $0.remove("data/base/5/101") },
    Damage("a file is a directory") {
      try $0.remove("data/base/5/101")
      try $0.makeDirectory("data/base/5/101")
    },
    Damage("a file that is copied in any case has other bytes") { try $0.write("data/PG_VERSION", "16\n") },
  ]

  @Test(arguments: damages, [false, true])
  func `a file changed after sealing is refused`(damage: Damage, isSharing: Bool) throws {
    let sealed = try cluster.seal(sharing)
    try damage.apply(project)
    let error = #expect(throws: ClusterFilesError.self) {
      try copy(sealed, to: "copy", for: isSharing ? .reading : .own)
    }
    #expect(error?.isDamage == true, "\(error as Any)")
  }

  @Test(arguments: ["data/base/5/101", "data/PG_VERSION"], [false, true])
  func `a link in the place of a file is refused`(path: String, isSharing: Bool) throws {
    let sealed = try cluster.seal(sharing)
    try project.move(path, to: "elsewhere")
    symlink("\(project.directory)/elsewhere", "\(project.directory)/\(path)")
    #expect(throws: ClusterFilesError.self) { try copy(sealed, to: "copy", for: isSharing ? .reading : .own) }
    #expect(!project.exists("copy/\(path.dropFirst("data/".count))"))
  }

  @Test func `a modified shared file is not sealed again`() throws {
    let sealed = try cluster.seal(sharing)
    let copy = try copy(sealed, to: "copy", for: .reading)
    let handle = try #require(FileHandle(forWritingAtPath: "\(copy.directory)/base/5/101"))
    try handle.write(contentsOf: Data("OTHER".utf8))
    try handle.close()
    #expect(throws: ClusterFilesError("\(copy.directory)/base/5/101", because: "another cluster shares it")) {
      try copy.seal(sharing)
    }
    // The original also reports the damage.
    #expect(throws: ClusterFilesError.self) { try self.copy(sealed, to: "second", for: .reading) }
  }

  @Test func `an existing target is not blamed on the cluster`() throws {
    let sealed = try cluster.seal()
    try project.makeDirectory("copy")
    let error = #expect(throws: ClusterFilesError.self) { try copy(sealed, to: "copy") }
    #expect(error?.isDamage == false)
  }

  @Test func `the copy belongs to its user, and only that user's files are shared`() throws {
    let isRoot = geteuid() == 0
    let user = isRoot ? FileOwner(uid: 65534, gid: 65534) : FileOwner(uid: geteuid(), gid: getegid())
    let sealed = try cluster.seal(sharing)
    let target = "\(project.directory)/copy"
    try cluster.copy(sealed.directories, sealed.files, to: target, user: user, for: .own)
    for path in [""] + sealed.directories + sealed.files.map(\.path) {
      let owner = try FileManager.default.attributesOfItem(atPath: "\(target)/\(path)")[.ownerAccountID] as? NSNumber
      #expect(owner?.uint32Value == user.uid, "\(path)")
    }
    // A hard link would give the server a file that it may not read.
    let stranger = FileOwner(uid: 65533, gid: 65533)
    func copyForStranger() throws {
      try cluster.copy(sealed.directories, sealed.files, to: target + "2", user: stranger, for: .reading)
    }
    guard isRoot else {
      let error = #expect(throws: ClusterFilesError.self) { try copyForStranger() }
      #expect(error?.reason == String(cString: strerror(EPERM)) && error?.isDamage == false)
      return
    }
    try copyForStranger()
    for file in sealed.files {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(target)2/\(file.path)")
      #expect((attributes[.ownerAccountID] as? NSNumber)?.uint32Value == stranger.uid, "\(file.path)")
      #expect((attributes[.referenceCount] as? NSNumber)?.intValue == 1, "\(file.path)")
    }
  }
}
