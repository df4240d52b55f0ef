import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Synchronization

/// The reason the files of a cluster could not be copied.
package struct ClusterFilesError: Error, Equatable, Sendable, CustomStringConvertible {
  package let path: String
  package let reason: String
  /// Whether a file is missing or differs from what was sealed, so that no later copy can succeed either.
  package var isDamage = false
  package var description: String { "\(path): \(reason)" }

  /// Makes an error from `errno`.
  ///
  /// - Parameter isSource: whether the file belongs to the sealed cluster, where it must exist.
  init(_ path: String, isSource: Bool = false) {
    self.path = path
    isDamage = isSource && (errno == ENOENT || errno == ENOTDIR)
    reason = String(cString: strerror(errno))
  }

  init(_ path: String, because reason: String) {
    self.path = path
    self.reason = reason
  }

  init(_ path: String, damage reason: String) {
    self.init(path, because: reason)
    isDamage = true
  }
}

/// A file of a cluster that is not running.
package struct ClusterFile: Equatable, Sendable {
  /// The path relative to the data directory.
  package var path: String
  package var size: Int
  package var sharing: Sharing

  /// The runs that may have the file in common.
  package enum Sharing: String, Sendable {
    case none = "file"
    /// Those that only read the seeded database.
    case readers = "shared"
    /// Those that write to the seeded database as well; before they write to its relation, they copy it.
    case all = "common"
  }

  package init(path: String, size: Int, sharing: Sharing) {
    self.path = path
    self.size = size
    self.sharing = sharing
  }

  /// Whether a run may have it in common with others.
  fileprivate func isShared(by use: ClusterUse) -> Bool {
    switch use {
    case .own: false
    case .reading: sharing != .none
    case .writing: sharing == .all
    }
  }

  var isOfDatabase: Bool { path.hasPrefix("base/") }
}

/// What a run does with a copy of a cluster.
package enum ClusterUse: Sendable {
  /// Anything: no file is shared.
  case own
  /// It reads the seeded database in READ ONLY transactions.
  case reading
  /// It writes to the seeded database, and calls `separate` for the files of relations before it writes to them.
  case writing
}

/// The user and group that a file must belong to.
package struct FileOwner: Equatable, Sendable {
  let uid: UInt32
  let gid: UInt32
}

/// The data directory of a cluster whose server is not running.
package struct ClusterFiles: Sendable {
  package let directory: String

  package init(_ directory: String) { self.directory = directory }

  /// The modification time of every file in a sealed cluster; writing to a file changes it.
  ///
  /// It is a whole second, because archives keep no fractions.
  private static let sealTime = 946_684_800

  /// Files that a server leaves behind, and files that belong to one run.
  private static let ownOfRun: Set<String> = ["postmaster.pid", "postmaster.opts", "postgresql.conf"]

  // MARK: Sealing

  /// The files of a cluster that runs may share.
  package struct Sharing: Sendable {
    /// Folders whose files are shared, relative to the data directory.
    package var folders: Set<String> = []
    /// Folders whose files are shared if they were not written to since the cluster was last sealed.
    package var untouched: Set<String> = []
    /// Relations that are not shared, as `pg_relation_filepath` names them, including their segments and forks.
    package var exceptions: Set<String> = []
    /// Relations, named likewise, and folders among those above that all runs may share.
    package var common: Set<String> = []

    package init(
      folders: Set<String> = [], untouched: Set<String> = [], exceptions: Set<String> = [], common: Set<String> = []
    ) {
      self.folders = folders
      self.untouched = untouched
      self.exceptions = exceptions
      self.common = common
    }

    package static let none = Sharing()
  }

  /// Marks all files with the seal time, so that later changes show.
  package func seal(_ sharing: Sharing = .none) throws(ClusterFilesError) -> (
    directories: [String], files: [ClusterFile]
  ) {
    var directories: [String] = []
    var files: [ClusterFile] = []
    var pending = [""]
    while let folder = pending.popLast() {
      if !folder.isEmpty { directories.append(folder) }
      for name in try ClusterFiles.names(in: folder.isEmpty ? directory : "\(directory)/\(folder)") {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        if ClusterFiles.ownOfRun.contains(path) { continue }
        let full = "\(directory)/\(path)"
        var info = stat()
        guard lstat(full, &info) == 0 else { throw ClusterFilesError(full) }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: pending.append(path)
        case S_IFREG:
          let isUntouched = sharing.untouched.contains(folder) && ClusterFiles.isSealed(info)
          let relation = ClusterFiles.relationPath(of: path)
          var sharers = ClusterFile.Sharing.none
          if sharing.folders.contains(folder) || isUntouched { sharers = .readers }
          if sharing.common.contains(relation) || isUntouched && sharing.common.contains(folder) { sharers = .all }
          if sharing.exceptions.contains(path) || sharing.exceptions.contains(relation) { sharers = .none }
          // Marking the file would hide that the other cluster's copy has changed since it was sealed.
          guard info.st_nlink == 1 || ClusterFiles.isSealed(info) else {
            throw ClusterFilesError(full, because: "another cluster shares it")
          }
          files.append(ClusterFile(path: path, size: Int(info.st_size), sharing: sharers))
          if !ClusterFiles.isSealed(info) { try ClusterFiles.mark(full) }
        default: throw ClusterFilesError(full, because: "it is outside the cluster")
        }
      }
    }
    return (directories.sorted(), files.sorted { $0.path < $1.path })
  }

  /// The path without segment or fork: `base/16384/16385` for `base/16384/16385.1` and `base/16384/16385_vm`.
  static func relationPath(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return path }
    let end = path[slash...].firstIndex { $0 == "." || $0 == "_" } ?? path.endIndex
    return String(path[..<end])
  }

  private static func mark(_ path: String) throws(ClusterFilesError) {
    guard utimensat(AT_FDCWD, path, sealTimes, AT_SYMLINK_NOFOLLOW) == 0 else { throw ClusterFilesError(path) }
  }

  private static let sealTimes = [timespec(tv_sec: sealTime, tv_nsec: 0), timespec(tv_sec: sealTime, tv_nsec: 0)]

  // MARK: Moving

  /// Moves a sealed cluster to a directory that does not exist yet, on the same file system.
  ///
  /// - Returns: false if it cannot be moved; it is then where it was.
  package func move(to target: String) -> Bool {
    guard rename(directory, target) == 0 else { return false }
    for name in ClusterFiles.ownOfRun { unlink("\(target)/\(name)") }
    return true
  }

  // MARK: Copying

  /// Copies a sealed cluster to a directory that does not exist yet.
  ///
  /// The copy is sealed as well.
  ///
  /// - Parameters:
  ///   - user: the owner of the copy.
  ///   - use: what the copy is for; files that it may share are linked, where the file system can.
  ///   - start: called as soon as everything that a server reads at startup is in place. The remaining files, mostly
  ///     those of the databases, are copied meanwhile.
  package func copy(
    _ directories: [String], _ files: [ClusterFile], to target: String, user: FileOwner?, for use: ClusterUse,
    start: (() -> Void)? = nil
  ) throws(ClusterFilesError) {
    let copy = ClusterCopy(source: directory, target: target, user: user, use: use)
    try copy.make("")
    // File systems create files in a directory one at a time, so each directory below the cluster's own gets one
    // worker.
    let others = files.filter { !$0.isOfDatabase }
    let parts = Dictionary(grouping: directories, by: ClusterFiles.part)
      .merging(Dictionary(grouping: others.map(\.path), by: ClusterFiles.part)) { $0 + $1 }
      .sorted { $0.value.count > $1.value.count }
    // The list may come from outside and name a file twice.
    let byPath = Dictionary(others.map { ($0.path, $0) }) { first, _ in first }
    try copy.each(parts.count) { index throws(ClusterFilesError) in
      for path in parts[index].value {
        if let file = byPath[path] { try copy.put(file) } else { try copy.make(path) }
      }
    }
    let ofDatabases = files.filter(\.isOfDatabase)
    let rest = Background {
      Result { () throws(ClusterFilesError) in
        try copy.each(ofDatabases.count) { index throws(ClusterFilesError) in try copy.put(ofDatabases[index]) }
      }
    }
    start?()
    try rest.value.get()
  }

  /// The top-level directory of a path: `global` for `global/1260`.
  private static func part(of path: String) -> Substring { path.prefix { $0 != "/" } }

  /// Whether a file belongs to the server's user; throws if it is not as it was sealed.
  fileprivate static func isLinkable(
    _ path: String, _ file: ClusterFile, _ user: FileOwner?
  ) throws(ClusterFilesError) -> Bool {
    var info = stat()
    guard lstat(path, &info) == 0 else { throw ClusterFilesError(path, isSource: true) }
    try check(path, file, info)
    return info.st_uid == user?.uid ?? geteuid()
  }

  private static func check(_ path: String, _ file: ClusterFile, _ info: stat) throws(ClusterFilesError) {
    guard info.st_mode & S_IFMT == S_IFREG, Int(info.st_size) == file.size, isSealed(info)
    else { throw ClusterFilesError(path, damage: "it has changed since it was sealed") }
  }

  private static func isSealed(_ info: stat) -> Bool {
    #if canImport(Darwin)
      let written = info.st_mtimespec
    #else
      let written = info.st_mtim
    #endif
    return written.tv_sec == sealTime && written.tv_nsec == 0
  }

  fileprivate static func copy(
    _ source: String, _ target: String, _ file: ClusterFile, _ user: FileOwner?
  ) throws(ClusterFilesError) {
    let from = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    // O_NOFOLLOW: a link is not what was sealed.
    guard from >= 0 else {
      if errno == ELOOP { throw ClusterFilesError(source, damage: "it is a link") }
      throw ClusterFilesError(source, isSource: true)
    }
    defer { close(from) }
    var info = stat()
    guard fstat(from, &info) == 0 else { throw ClusterFilesError(source) }
    try check(source, file, info)
    try copyContents(from, target, user, times: sealTimes)
  }

  static func copyContents(
    of source: String, to target: String, _ user: FileOwner?
  ) throws(ClusterFilesError) {
    let from = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard from >= 0 else { throw ClusterFilesError(source) }
    defer { close(from) }
    try copyContents(from, target, user)
  }

  /// Copies what is left of an open file to one that does not exist yet.
  private static func copyContents(
    _ from: Int32, _ target: String, _ user: FileOwner?, times: [timespec]? = nil
  ) throws(ClusterFilesError) {
    let to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard to >= 0 else { throw ClusterFilesError(target) }
    defer { close(to) }
    if let user, fchown(to, user.uid, user.gid) != 0 { throw ClusterFilesError(target) }
    try copyBytes(from, to, target)
    if let times, futimens(to, times) != 0 { throw ClusterFilesError(target) }
  }

  #if !canImport(Darwin)
    /// Btrfs, XFS and similar file systems can; this is FICLONE of linux/fs.h, a macro.
    static func shareBlocks(of from: Int32, with to: Int32) -> Bool { ioctl(to, UInt(0x4004_9409), from) == 0 }
  #endif

  private static func copyBytes(_ from: Int32, _ to: Int32, _ target: String) throws(ClusterFilesError) {
    #if !canImport(Darwin)
      if shareBlocks(of: from, with: to) { return }
    #endif
    let size = 1 << 18
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let count = read(from, buffer, size)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ClusterFilesError(target) }
      if count == 0 { return }
      var done = 0
      while done < count {
        let written = write(to, buffer + done, count - done)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { throw ClusterFilesError(target) }
        done += written
      }
    }
  }

  static func names(in directory: String) throws(ClusterFilesError) -> [String] {
    do { return try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
      throw ClusterFilesError(directory, because: "\(error)")
    }
  }
}

/// A copy of a cluster in progress, made by several threads.
private final class ClusterCopy: Sendable {
  let source: String
  let target: String
  let user: FileOwner?
  let use: ClusterUse
  private let canLink = Atomic(true)

  init(source: String, target: String, user: FileOwner?, use: ClusterUse) {
    self.source = source
    self.target = target
    self.user = user
    self.use = use
  }

  /// Makes a directory, given by its path in the cluster; the empty path is the data directory itself.
  func make(_ directory: String) throws(ClusterFilesError) {
    let path = directory.isEmpty ? target : "\(target)/\(directory)"
    guard mkdir(path, 0o700) == 0 else { throw ClusterFilesError(path) }
    if let user, chown(path, user.uid, user.gid) != 0 { throw ClusterFilesError(path) }
  }

  func put(_ file: ClusterFile) throws(ClusterFilesError) {
    if let signal = Interruption.shared.signal {
      throw ClusterFilesError(target, because: "ended by signal \(signal)")
    }
    let (from, to) = ("\(source)/\(file.path)", "\(target)/\(file.path)")
    if file.isShared(by: use), canLink.load(ordering: .relaxed) {
      if try ClusterFiles.isLinkable(from, file, user), link(from, to) == 0 { return }
      // Another user's file, another file system, or too many links: the other files would fail in the same way.
      canLink.store(false, ordering: .relaxed)
    }
    try ClusterFiles.copy(from, to, file, user)
  }

  /// Calls `body` for each index below `count`, on several threads.
  ///
  /// - Throws: the first error; calls that have not begun by then are skipped.
  func each(
    _ count: Int, _ body: @escaping @Sendable (Int) throws(ClusterFilesError) -> Void
  ) throws(ClusterFilesError) {
    let failure = Mutex<ClusterFilesError?>(nil)
    concurrently(count, workers: fileWorkers, { () }) { index, _ in
      if failure.withLock({ $0 != nil }) { return }
      do throws(ClusterFilesError) { try body(index) } catch { failure.withLock { $0 = $0 ?? error } }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }
}
