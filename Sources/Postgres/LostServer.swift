import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Removes what stays in the kernel of a server whose postmaster was killed: the small System V segment by which a second
/// postmaster sees that the first still runs. A next start in the directory would remove it, and there is none.
///
/// Its number is in `postmaster.pid`, which the server's user writes. So only a segment of that user's goes, made by the
/// process that stands there, which lives no more, or has let go of it; backends on their way out keep it until they are gone.
func removeSharedMemory(ofCluster dataDirectory: String) {
  var file = stat()
  guard lstat(PostmasterFile.path(ofCluster: dataDirectory), &file) == 0,
    let lines = PostmasterFile(ofCluster: dataDirectory), let postmaster = lines.process, let segment = lines.segment
  else { return }
  let deadline = ContinuousClock.now + .seconds(1)
  while true {
    var info = shmid_ds()
    guard shmctl(segment, IPC_STAT, &info) == 0, info.shm_cpid == postmaster, info.shm_perm.uid == file.st_uid
    else { return }
    if info.shm_nattch == 0 || kill(postmaster, 0) == -1 && errno == ESRCH { break }
    // A process that was killed takes a moment to be gone.
    guard ContinuousClock.now < deadline else { return }
    usleep(1000)
  }
  _ = shmctl(segment, IPC_RMID, nil)
}

/// Removes the segments that a postmaster had made when it was killed, before it could write them down: nobody is attached to
/// them, and its process made them. Only Linux tells which process made a segment.
///
/// - Parameters:
///   - postmaster: which lives no more.
///   - start: when it was started, in seconds since 1970: an earlier process may have had its number.
///   - user: whose segments they are.
func removeSharedMemory(madeBy postmaster: pid_t, since start: Int, user: uid_t) {
  #if os(Linux)
    guard let bytes = FileManager.default.contents(atPath: "/proc/sysvipc/shm") else { return }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
      // key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime …
      let fields = line.split(separator: " ").map { Int($0) }
      guard fields.count > 13, fields[4] == Int(postmaster), fields[6] == 0, fields[7] == Int(user),
        let made = fields[13], made >= start, let segment = fields[1].flatMap({ Int32(exactly: $0) })
      else { continue }
      _ = shmctl(segment, IPC_RMID, nil)
    }
  #endif
}

/// Kills what is left of a server whose postmaster was killed, so that nobody waits for its answers any longer.
///
/// A backend that waits notices the end by itself; one that computes never does. Each leads a session of its own, out of
/// reach of a signal to the postmaster's group, so it is found by where it works, which Linux alone tells.
func killBackends(ofCluster dataDirectory: String) {
  #if os(Linux)
    let deadline = ContinuousClock.now + .seconds(2)
    while case let pids = backends(ofCluster: dataDirectory), !pids.isEmpty, ContinuousClock.now < deadline {
      // With the programs that it runs for COPY.
      for pid in pids { kill(-pid, SIGKILL) }
      usleep(1000)
    }
  #endif
}

#if os(Linux)
  /// By directory, program and session: somebody who looks around in the data directory is none of them.
  private func backends(ofCluster dataDirectory: String) -> [pid_t] {
    guard let place = resolvedPath(dataDirectory) else { return [] }
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return numbers.compactMap { pid_t($0) }.filter { pid in
      resolvedPath("/proc/\(pid)/cwd") == place && resolvedPath("/proc/\(pid)/exe")?.hasSuffix("/postgres") == true
        && getsid(pid) == pid
    }
  }
#endif
