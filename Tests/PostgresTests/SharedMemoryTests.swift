#if os(Linux)
  import Foundation
  import Glibc
  import TestSupport
  import Testing

  @testable import Postgres

  /// Segments of this process in place of a postmaster's.
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

    @Test func `a segment goes by the data directory that its head names, and only when nobody is attached`() throws {
      let project = try Project()
      var info = stat()
      try #require(stat(project.directory, &info) == 0)
      let segment = try segment()
      defer { _ = shmctl(segment, IPC_RMID, nil) }
      let memory = try #require(shmat(segment, nil, 0))
      memory.storeBytes(of: 679_834_894, as: Int32.self)
      memory.storeBytes(of: info.st_dev, toByteOffset: 40, as: UInt.self)
      memory.storeBytes(of: info.st_ino + 1, toByteOffset: 48, as: UInt.self)
      #expect(sharedMemory(inDirectory: project.directory, user: geteuid()).isEmpty)
      memory.storeBytes(of: info.st_ino, toByteOffset: 48, as: UInt.self)
      #expect(sharedMemory(inDirectory: project.directory, user: geteuid() + 1).isEmpty)
      #expect(sharedMemory(inDirectory: project.directory, user: geteuid()).map(\.number) == [segment])
      removeSharedMemory(inDirectory: project.directory, user: geteuid())
      #expect(exists(segment))
      shmdt(memory)
      removeSharedMemory(inDirectory: project.temporaryDirectory, user: geteuid())
      #expect(exists(segment))
      removeSharedMemory(inDirectory: project.directory, user: geteuid())
      #expect(!exists(segment))
    }

    @Test func `an initdb whose server dies leaves no segment`() throws {
      let real = try ServerInstallation.locate(nil, environment: TestServer.plain)
      let project = try Project()
      // As on a full disk: a server dies with its segment, and initdb removes the file that names it.
      try project.writeProgram(
        "bin/initdb",
        """
        #!/bin/sh
        \(real.binaries)/initdb "$@" || exit 3
        [ "$1" = --version ] && exit
        for word; do case $word in --pgdata=*) data=${word#*=} ;; esac; done
        echo "COPY (SELECT 1) TO PROGRAM 'kill -9 \\$PPID'" | \(real.binaries)/postgres --single -D "$data" template1
        rm -r "$data"/* && echo removed the contents of the data directory
        exit 1

        """)
      for program in ["postgres", "pg_ctl"] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(project.directory)/bin/\(program)", withDestinationPath: "\(real.binaries)/\(program)")
      }
      let installation = try #require(
        ServerInstallation(at: "\(project.directory)/bin", environment: TestServer.plain))
      let server = try DisposableServer(
        installation, TestServer.configuration, environment: TestServer.plain)
      defer { server.stop() }
      let error = try #require(throws: ServerStartError.self) { try server.makeCluster() }
      #expect(error.message.contains("removed the contents of the data directory"), "\(error)")
      let user = server.fileOwner?.uid ?? geteuid()
      #expect(sharedMemory(inDirectory: server.dataDirectory, user: user).isEmpty)
    }
  }
#endif
