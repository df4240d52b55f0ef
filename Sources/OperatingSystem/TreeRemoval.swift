import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Removes a directory and everything in it, as far as possible.
///
/// Each directory is held open and no link is followed, so concurrent changes in the tree cannot lead outside it.
package func removeTree(_ path: String) {
  var directories: [(descriptor: Int32, parent: Int32, name: String)] = []
  var files: [(parent: Int32, name: String)] = []

  func enter(_ name: String, in parent: Int32) {
    let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    directories.append((descriptor, parent, name))
    // The stream owns a separate descriptor and closes it.
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
          String(cString: $0)
        }
      }
      if name == "." || name == ".." { continue }
      if entry.pointee.d_type == DT_DIR { enter(name, in: descriptor) } else { files.append((descriptor, name)) }
    }
  }

  enter(path, in: AT_FDCWD)
  concurrently(files.count, workers: fileWorkers, { () }) { [files] index, _ in
    unlinkat(files[index].parent, files[index].name, 0)
  }
  for directory in directories.reversed() {
    close(directory.descriptor)
    unlinkat(directory.parent, directory.name, AT_REMOVEDIR)
  }
  // Remaining: entries that cannot be opened, entries added meanwhile, and file systems that do not report entry types.
  var info = stat()
  if lstat(path, &info) == 0 { try? FileManager.default.removeItem(atPath: path) }
}
