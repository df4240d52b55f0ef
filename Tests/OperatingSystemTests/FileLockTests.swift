import Foundation
import TestSupport
import Testing

@testable import OperatingSystem

@Suite struct FileLockTests {
  private let project: Project
  private var path: String { "\(project.directory)/lock" }

  init() throws { project = try Project() }

  private func lock(isShared: Bool, creates: Bool = true) -> FileLock? {
    FileLock(path, creates: creates, isShared: isShared, waits: false)
  }

  @Test func `one process holds a lock exclusively, or many share it`() {
    var alone = lock(isShared: false)
    #expect(alone != nil)
    #expect(lock(isShared: false) == nil && errno == EWOULDBLOCK)
    #expect(lock(isShared: true) == nil && errno == EWOULDBLOCK)
    alone = nil
    let shared = [lock(isShared: true), lock(isShared: true)]
    #expect(shared.allSatisfy { $0 != nil })
    #expect(lock(isShared: false) == nil && errno == EWOULDBLOCK)
    withExtendedLifetime((alone, shared)) {}
  }

  @Test func `a missing file is distinguished from a locked one`() {
    #expect(lock(isShared: false, creates: false) == nil && errno == ENOENT)
    #expect(FileLock("\(project.directory)/missing/lock", creates: true, isShared: false, waits: false) == nil)
    #expect(errno == ENOENT)
  }

  @Test func `a link in the place of a lock file is not followed`() throws {
    try project.write("file", "")
    symlink("\(project.directory)/file", path)
    #expect(lock(isShared: false) == nil && errno == ELOOP)
  }

  @Test func `a lock that was not taken closes no file twice`() throws {
    let held = lock(isShared: false)
    #expect(held != nil)
    // Whatever descriptor the failed lock had, the next file gets it and must keep it.
    for _ in 0..<200 {
      let other = lock(isShared: false)
      let file = open(path, O_RDONLY)
      #expect(other == nil && fcntl(file, F_GETFD) != -1)
      close(file)
    }
    withExtendedLifetime(held) {}
  }
}
