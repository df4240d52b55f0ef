import FoundationEssentials
import OperatingSystem
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Clusters that are kept from one run to the next, keyed by what they were made from.
///
/// An entry is a directory that appears whole, by a rename, and never changes. Reading or adding entries takes a shared
/// lock on the cache, removing entries an exclusive one; locks end with their process.
struct ClusterCache: Sendable {
  /// The directory as the user knows it.
  let base: String
  /// The directory of this version's entries.
  let directory: String
  /// The limit in bytes; least recently used entries are evicted to stay below it.
  let limit: Int

  static let defaultLimit = 5 << 30

  /// The version of the entries' format.
  ///
  /// A plangate with another version ignores them.
  static let version = "1"

  var entries: String { directory + "/entries" }
  var unfinished: String { directory + "/unfinished" }
  private var lockPath: String { directory + "/lock" }

  /// The cache of this user, created if it is missing.
  ///
  /// - Parameter base: its directory; nil for the one that the environment names.
  init(environment: [String: String], base: String? = nil) throws(Diagnostic) {
    guard let base = base ?? ClusterCache.base(environment) else {
      throw Diagnostic("no directory for the cache: set PLANGATE_CACHE_DIR or HOME")
    }
    self.base = base
    directory = "\(base)/\(ClusterCache.version)"
    if let text = environment["PLANGATE_CACHE_SIZE"], !text.isEmpty {
      guard let size = ClusterCache.bytes(text) else {
        throw Diagnostic("PLANGATE_CACHE_SIZE is a size such as 500MB or 5GB, not '\(text)'")
      }
      limit = size
    } else {
      limit = ClusterCache.defaultLimit
    }
    if let reason = ClusterCache.distrust(base) { throw Diagnostic("the cache \(base) cannot be used: \(reason)") }
    try makeDirectories()
    if (try? FileManager.default.contentsOfDirectory(atPath: unfinished).isEmpty) == false { tidy() }
  }

  static func base(_ environment: [String: String]) -> String? {
    // XDG's rule: paths that are not absolute are ignored.
    func absolute(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    if let own = environment["PLANGATE_CACHE_DIR"], !own.isEmpty {
      return absolutePath(own)
    }
    return absolute("XDG_CACHE_HOME").map { "\($0)/plangate" } ?? absolute("HOME").map { "\($0)/.cache/plangate" }
  }

  /// The number of bytes for a size such as `500MB` or `5GB`; nil if it is not a size.
  static func bytes(_ text: String) -> Int? {
    let units = ["KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40]
    let upper = text.uppercased()
    guard let unit = units.first(where: { upper.hasSuffix($0.key) }),
      let number = Int(upper.dropLast(2).filter { $0 != " " }), number >= 0, number < 1 << 20
    else { return nil }
    return number * unit.value
  }

  // MARK: Reading

  /// - Parameter readsFiles: whether to read the list of its files, which is long.
  func entry(_ key: String, readsFiles: Bool = true) -> CacheEntry? {
    guard let bytes = FileManager.default.contents(atPath: "\(entries)/\(key)/entry") else { return nil }
    return CacheEntry(parsing: String(decoding: bytes, as: UTF8.self), readsFiles: readsFiles)
  }

  /// Copies the cluster of an entry to a directory that does not exist yet.
  ///
  /// Nil when there is no such entry or it is incomplete; an incomplete one is removed.
  ///
  /// - Parameter start: called when a server can start on the copy, which may still turn out to be incomplete.
  func take(
    _ key: String, to target: String, owner: FileOwner?, for use: ClusterUse, start: (() -> Void)? = nil
  ) -> CacheEntry? {
    guard let lock = FileLock(lockPath, creates: true, isShared: true, waits: true) else { return nil }
    // Without this, the value and its lock could end after the last use of it.
    defer { withExtendedLifetime(lock) {} }
    guard access("\(entries)/\(key)", F_OK) == 0 else { return nil }
    guard let entry = entry(key) else {
      // An incomplete entry would block a complete one.
      discard(key)
      return nil
    }
    do {
      try ClusterFiles("\(entries)/\(key)/cluster").copy(
        entry.directories, entry.files, to: target, user: owner, for: use,
        start: entry.isLeftAlone ? start : nil)
      if !entry.isLeftAlone { start?() }
    } catch {
      removeTree(target)
      // A full disk is not the entry's fault; an entry that has changed since it was sealed is useless.
      if error.isDamage { discard(key) }
      return nil
    }
    // Marks the entry as recently used.
    utimensat(AT_FDCWD, "\(entries)/\(key)", nil, 0)
    return entry
  }

  // MARK: Writing

  /// A directory for an entry that is being written; it is removed with this value.
  final class Draft {
    fileprivate let directory: String
    private let lock: FileLock

    var cluster: String { directory + "/cluster" }

    fileprivate init?(in folder: String) {
      directory = "\(folder)/\(UUID().uuidString)"
      guard mkdir(directory, 0o700) == 0,
        let lock = FileLock(directory + "/lock", creates: true, isShared: false, waits: false)
      else { return nil }
      self.lock = lock
    }

    deinit { removeTree(directory) }
  }

  func draft() -> Draft? {
    // Until the draft has its own lock, this one keeps other runs from removing it as abandoned.
    guard let lock = FileLock(lockPath, creates: true, isShared: true, waits: true) else { return nil }
    defer { withExtendedLifetime(lock) {} }
    return Draft(in: unfinished)
  }

  /// Turns a draft whose cluster is sealed into an entry; false if that fails or another run was faster.
  func add(_ draft: Draft, _ entry: CacheEntry, as key: String) -> Bool {
    guard let lock = FileLock(lockPath, creates: true, isShared: true, waits: true) else { return false }
    defer { withExtendedLifetime(lock) {} }
    let path = "\(draft.directory)/entry"
    guard (try? Data(entry.text.utf8).write(to: URL(filePath: path))) != nil else { return false }
    unlink(draft.directory + "/lock")
    return rename(draft.directory, "\(entries)/\(key)") == 0
  }

  /// Removes an entry that turned out to be unusable.
  func remove(_ key: String) {
    let lock = FileLock(lockPath, creates: true, isShared: false, waits: true)
    withExtendedLifetime(lock) { discard(key) }
  }

  private func discard(_ key: String) {
    let dead = "\(unfinished)/\(UUID().uuidString)"
    if rename("\(entries)/\(key)", dead) == 0 { removeTree(dead) }
  }

  // MARK: The cache as a whole

  struct Listed: Sendable {
    let key: String
    let entry: CacheEntry
    /// The time of its last use, in seconds since 1970.
    let used: Int
  }

  /// All entries, the most recently used first, without their files.
  func list() -> [Listed] {
    names(in: entries).compactMap { key in
      var info = stat()
      guard stat("\(entries)/\(key)", &info) == 0, let entry = entry(key, readsFiles: false) else {
        return nil
      }
      #if canImport(Darwin)
        return Listed(key: key, entry: entry, used: info.st_mtimespec.tv_sec)
      #else
        return Listed(key: key, entry: entry, used: info.st_mtim.tv_sec)
      #endif
    }.sorted { ($0.used, $0.key) > ($1.used, $1.key) }
  }

  private func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  /// Removes the leftovers of killed runs, and the entries beyond the limit.
  ///
  /// It does nothing while another run uses the cache.
  func tidy() {
    guard let lock = FileLock(lockPath, creates: true, isShared: false, waits: false) else { return }
    defer { withExtendedLifetime(lock) {} }
    removeAbandoned()
    for key in names(in: entries) where entry(key, readsFiles: false) == nil { discard(key) }
    var size = 0
    for listed in list() {
      size += listed.entry.size
      if size > limit { discard(listed.key) }
    }
    removeScans(beyond: 1000)
  }

  /// Removes abandoned drafts; the caller must hold the exclusive lock.
  private func removeAbandoned() {
    for name in names(in: unfinished) {
      let path = "\(unfinished)/\(name)"
      // A draft that is being written is locked.
      if FileLock(path + "/lock", creates: false, isShared: false, waits: false) != nil || errno == ENOENT {
        removeTree(path)
      }
    }
  }

  /// Removes all entries and returns their number and size in bytes.
  func clear() throws(Diagnostic) -> (count: Int, size: Int) {
    guard let lock = FileLock(lockPath, creates: true, isShared: false, waits: true) else {
      throw Diagnostic("cannot lock the cache \(directory): \(String(cString: strerror(errno)))")
    }
    defer { withExtendedLifetime(lock) {} }
    let listed = list()
    for name in names(in: entries) { discard(name) }
    removeAbandoned()
    removeTree(directory + "/scans")
    return (listed.count, listed.reduce(0) { $0 + $1.entry.size })
  }
}
