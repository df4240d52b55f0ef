import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Removes the small System V segment of a server whose postmaster was killed.
///
/// By this segment a second postmaster sees that the first one still runs. Starting a server in the directory again
/// would remove it, but that never happens here.
///
/// Its number is in `postmaster.pid`, which the server's user writes. So only a segment of that user is removed, made
/// by the process named there, after that process has ended or has detached from it. Backends keep it until they have
/// exited.
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
    // A killed process takes a moment to disappear.
    guard ContinuousClock.now < deadline else { return }
    usleep(1000)
  }
  _ = shmctl(segment, IPC_RMID, nil)
}

/// Removes segments that a postmaster made but had not recorded yet when it was killed.
///
/// They have no attached process, and the postmaster's process made them. Only Linux shows which process made a
/// segment.
///
/// - Parameters:
///   - postmaster: the process id of the postmaster, which has ended.
///   - start: its start time in seconds since 1970: an earlier process may have had the same process id.
///   - user: the owner of the segments.
func removeSharedMemory(madeBy postmaster: pid_t, since start: Int, user: uid_t) {
  #if os(Linux)
    guard let bytes = FileManager.default.contents(atPath: "/proc/sysvipc/shm") else { return }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
      // The fields are key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime …
      let fields = line.split(separator: " ").map { Int($0) }
      guard fields.count > 13, fields[4] == Int(postmaster), fields[6] == 0, fields[7] == Int(user),
        let made = fields[13], made >= start, let segment = fields[1].flatMap({ Int32(exactly: $0) })
      else { continue }
      _ = shmctl(segment, IPC_RMID, nil)
    }
  #endif
}

/// Kills the backends of a server whose postmaster was killed, so that nothing keeps waiting for their answers.
///
/// A waiting backend notices the postmaster's end by itself; one that computes never does. Each leads a session of its
/// own, which signals to the postmaster's group do not reach, so it is found by its working directory. Only Linux shows
/// that.
func killBackends(ofCluster dataDirectory: String) {
  #if os(Linux)
    let deadline = ContinuousClock.now + .seconds(2)
    while case let pids = backends(ofCluster: dataDirectory), !pids.isEmpty, ContinuousClock.now < deadline {
      // Including the programs that a backend runs for COPY.
      for pid in pids { kill(-pid, SIGKILL) }
      usleep(1000)
    }
  #endif
}

#if os(Linux)
  /// The backends, by directory, program and session: a person's shell in the data directory is not among them.
  private func backends(ofCluster dataDirectory: String) -> [pid_t] {
    guard let place = resolvedPath(dataDirectory) else { return [] }
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return numbers.compactMap { pid_t($0) }.filter { pid in
      resolvedPath("/proc/\(pid)/cwd") == place && resolvedPath("/proc/\(pid)/exe")?.hasSuffix("/postgres") == true
        && getsid(pid) == pid
    }
  }
#endif
