#if os(Linux)
  import Glibc
  import Testing

  @testable import Postgres

  /// Segments of this process in the place of a postmaster's.
  @Suite struct SharedMemoryTests {
    private let now = time(nil)

    private func segment() throws -> Int32 {
      let segment = shmget(IPC_PRIVATE, 4096, 0o600)
      try #require(segment >= 0)
      return segment
    }

    private func exists(_ segment: Int32) -> Bool {
      var info = shmid_ds()
      return shmctl(segment, IPC_STAT, &info) == 0
    }

    @Test func `a segment goes by its maker, its time and its user, and only when nobody is attached`() throws {
      let segment = try segment()
      defer { _ = shmctl(segment, IPC_RMID, nil) }
      removeSharedMemory(madeBy: getpid() + 1, since: now - 1, user: geteuid())
      removeSharedMemory(madeBy: getpid(), since: now + 3600, user: geteuid())
      removeSharedMemory(madeBy: getpid(), since: now - 1, user: geteuid() + 1)
      #expect(exists(segment))
      let memory = shmat(segment, nil, 0)
      removeSharedMemory(madeBy: getpid(), since: now - 1, user: geteuid())
      #expect(exists(segment))
      shmdt(memory)
      removeSharedMemory(madeBy: getpid(), since: now - 1, user: geteuid())
      #expect(!exists(segment))
    }
  }
#endif
