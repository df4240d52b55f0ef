import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Removes the System V segments of dead servers in a data directory, even after their `postmaster.pid` was removed.
///
/// When initdb fails, it empties the directory, even if a server of its own has crashed on a full disk.
///
/// The head of a segment names the device and the inode of the data directory (`PGShmemHeader` of `pg_shmem.h`). Only
/// Linux lists the segments.
///
/// - Parameters:
///   - dataDirectory: the data directory, which must still exist.
///   - user: the owner of the segments.
func removeSharedMemory(inDirectory dataDirectory: String, user: uid_t) {
  #if os(Linux)
    let deadline = ContinuousClock.now + .seconds(1)
    while true {
      let segments = sharedMemory(inDirectory: dataDirectory, user: user)
      for segment in segments where !segment.isAttached { _ = shmctl(segment.number, IPC_RMID, nil) }
      // A killed process takes a moment to detach.
      guard segments.contains(where: \.isAttached), ContinuousClock.now < deadline else { return }
      usleep(1000)
    }
  #endif
}

#if os(Linux)
  struct SharedSegment {
    let number: Int32
    let isAttached: Bool
  }

  /// The segments of servers in a data directory.
  func sharedMemory(inDirectory dataDirectory: String, user: uid_t) -> [SharedSegment] {
    var directory = stat()
    guard stat(dataDirectory, &directory) == 0 else { return [] }
    return segments(of: user).filter { isOf(directory, $0.number) }
  }

  private func segments(of user: uid_t) -> [SharedSegment] {
    guard let bytes = FileManager.default.contents(atPath: "/proc/sysvipc/shm") else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().compactMap { line in
      // The fields are key shmid perms size cpid lpid nattch uid …
      let fields = line.split(separator: " ").map { Int($0) }
      guard fields.count > 7, fields[7] == Int(user), let size = fields[3], size >= headerSize,
        let number = fields[1].flatMap({ Int32(exactly: $0) })
      else { return nil }
      return SharedSegment(number: number, isAttached: fields[6] != 0)
    }
  }

  private let headerSize = 56
  private let magic: Int32 = 679_834_894

  /// Whether a segment belongs to a server in this directory.
  ///
  /// Device and inode are adjacent; their offset differs between major versions.
  private func isOf(_ directory: stat, _ segment: Int32) -> Bool {
    guard let memory = shmat(segment, nil, Int32(SHM_RDONLY)), Int(bitPattern: memory) != -1 else { return false }
    defer { shmdt(memory) }
    let header = UnsafeRawBufferPointer(start: memory, count: headerSize)
    guard header.load(as: Int32.self) == magic else { return false }
    return stride(from: 24, through: headerSize - 16, by: 8).contains { offset in
      header.load(fromByteOffset: offset, as: UInt.self) == directory.st_dev
        && header.load(fromByteOffset: offset + 8, as: UInt.self) == directory.st_ino
    }
  }
#endif
