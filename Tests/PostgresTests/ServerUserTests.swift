import Foundation
import OperatingSystem
import TestSupport
import Testing

@testable import Postgres

@Suite struct ServerUserTests {
  private static let other = SystemUser(name: "nobody", uid: geteuid() + 4321, gid: getegid() + 4321)

  @Test func `a postmaster counts as foreign unless its cluster is in a directory of plangate`() {
    let binary = "/usr/lib/postgresql/15/bin/postgres"
    #expect(isForeignPostmaster([binary, "-D", "/var/lib/postgresql/15/main", "-c", "config_file=/x"]))
    #expect(isForeignPostmaster(["postmaster"]))
    #expect(isForeignPostmaster([binary, "-D", "/tmp/plangate-given-abcdef/data"]))
    #expect(!isForeignPostmaster([binary, "-D", "/tmp/plangate-aB3xYz/data", "-c", "config_file=/x"]))
    #expect(!isForeignPostmaster(["postgres: 15/main: checkpointer "]))
    #expect(!isForeignPostmaster(["/bin/sh", "-D"]))
    #expect(!isForeignPostmaster([]))
  }

  @Test func `whether a user may read a file depends on the modes of all its directories`() throws {
    let project = try Project(["a/b/file": "x"])
    let file = "\(project.directory)/a/b/file"
    func mode(_ path: String, _ mode: mode_t) { chmod("\(project.directory)/\(path)", mode) }
    mode("a/b/file", 0o644)
    #expect(Self.other.canRead(file) && Self.other.canRead("\(project.directory)/a"))
    mode("a/b/file", 0o640)
    #expect(!Self.other.canRead(file))
    mode("a/b/file", 0o604)
    #expect(Self.other.canRead(file))
    mode("a", 0o711)
    #expect(Self.other.canRead(file) && !Self.other.canRead("\(project.directory)/a"))
    mode("a", 0o700)
    #expect(!Self.other.canRead(file) && !Self.other.canRead("\(project.directory)/a/b"))
    // Its owner has the owner's rights and no others.
    #expect(SystemUser(name: "root", uid: geteuid(), gid: getegid()).canRead(file))
    mode("a/b/file", 0o044)
    #expect(!SystemUser(name: "root", uid: geteuid(), gid: getegid()).canRead(file))
    #expect(!Self.other.canRead("\(project.directory)/missing"))
    mode("a", 0o755)
    mode("a/b/file", 0o644)
    // The target of a link counts.
    try project.makeDirectory("closed")
    try project.write("closed/file", "x")
    try FileManager.default.createSymbolicLink(
      atPath: "\(project.directory)/link", withDestinationPath: "closed/file")
    #expect(Self.other.canRead("\(project.directory)/link"))
    mode("closed", 0o700)
    #expect(!Self.other.canRead("\(project.directory)/link"))
  }

  @Test func `the user of root's servers owns no other cluster`() throws {
    let user = try SystemUser.needed()
    #expect((user == nil) == (geteuid() != 0))
    guard let user else { return }
    #expect(user.uid != 0)
    // Of the two candidates, postgres comes first if it owns nothing.
    let owner = getpwnam("postgres").map { entry in
      SystemUser(name: "postgres", uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
    }
    #expect(user.name == (owner.map { !ownsCluster($0) } == true ? "postgres" : "nobody"))
  }

  @Test func `initdb's input is the installation's with one added setting`() throws {
    let project = try Project(["share/postgresql.conf.sample": "#a = 1\n", "share/postgres.bki": "x"])
    let made = "\(project.directory)/made"
    #expect(InitdbInput.make(made, from: "\(project.directory)/share"))
    #expect(try project.read("made/postgresql.conf.sample") == "#a = 1\n\ndynamic_shared_memory_type = mmap\n")
    #expect(try project.read("made/postgres.bki") == "x")
    #expect(!InitdbInput.make(made, from: "\(project.directory)/share"))
    #expect(!InitdbInput.make("\(project.directory)/other", from: "\(project.directory)/missing"))
    #expect(InitdbInput.original(in: "VERSION=15\nshare_path=/usr/share/x y\nPGPATH=/b\n") == "/usr/share/x y")
    #expect(InitdbInput.original(in: "share_path=\n") == nil)
  }
}
