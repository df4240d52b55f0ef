#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Files that the databases of a cluster share with other clusters and with each other.
extension ClusterFiles {
  /// Replaces files that a database shares with other clusters or databases by copies of its own.
  ///
  /// The server may run, if no session has the files open.
  ///
  /// - Parameters:
  ///   - folder: the database's, relative to the data directory.
  ///   - relations: those to look at, as `pg_relation_filepath` names them; nil for all.
  ///   - user: the owner of the copies.
  package func separate(
    _ folder: String, _ relations: Set<String>?, user: FileOwner?
  ) throws(ClusterFilesError) {
    for name in try ClusterFiles.names(in: "\(directory)/\(folder)") {
      let path = "\(folder)/\(name)"
      if relations?.contains(ClusterFiles.relationPath(of: path)) == false { continue }
      let full = "\(directory)/\(path)"
      var info = stat()
      guard lstat(full, &info) == 0 else { throw ClusterFilesError(full) }
      if info.st_mode & S_IFMT != S_IFREG || info.st_nlink == 1 { continue }
      // The server looks at no such name.
      let copy = "\(full).plangate"
      try ClusterFiles.copyContents(of: full, to: copy, user)
      guard rename(copy, full) == 0 else { throw ClusterFilesError(full) }
    }
  }

  /// Gives a database the files of another one, some of which the two then share.
  ///
  /// No session may be in either, and the other one's files must be written out.
  ///
  /// - Parameters:
  ///   - folder: the database's, relative to the data directory; its own files are removed.
  ///   - original: the other one's.
  ///   - shared: the relations that nothing writes to in either database, as `pg_relation_filepath` names them in the
  ///     other one.
  ///   - user: the owner of the files.
  package func fill(
    _ folder: String, from original: String, sharing shared: Set<String>, user: FileOwner?
  ) throws(ClusterFilesError) {
    let (target, source) = ("\(directory)/\(folder)", "\(directory)/\(original)")
    for name in try ClusterFiles.names(in: target) {
      guard unlink("\(target)/\(name)") == 0 else { throw ClusterFilesError("\(target)/\(name)") }
    }
    for name in try ClusterFiles.names(in: source) {
      let (from, to) = ("\(source)/\(name)", "\(target)/\(name)")
      if shared.contains(ClusterFiles.relationPath(of: "\(original)/\(name)")), link(from, to) == 0 { continue }
      try ClusterFiles.copyContents(of: from, to: to, user)
    }
  }

  /// Whether the file system shares the blocks of copies until one of them is written to.
  package var sharesBlocks: Bool {
    #if canImport(Darwin)
      return false
    #else
      let from = open("\(directory)/PG_VERSION", O_RDONLY | O_CLOEXEC)
      guard from >= 0 else { return false }
      defer { close(from) }
      let path = "\(directory)/PG_VERSION.plangate"
      let to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard to >= 0 else { return false }
      defer {
        close(to)
        unlink(path)
      }
      return ClusterFiles.shareBlocks(of: from, with: to)
    #endif
  }
}
