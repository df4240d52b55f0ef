import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Removes a directory and all that is in it, as far as that is possible.
///
/// Each directory is held open and no link is followed: what else happens in the tree leads nowhere outside of it.
package func removeTree(_ path: String) {
  var directories: [(descriptor: Int32, parent: Int32, name: String)] = []
  var files: [(parent: Int32, name: String)] = []

  func enter(_ name: String, in parent: Int32) {
    let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    directories.append((descriptor, parent, name))
    // The stream has a descriptor of its own, and closes it.
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
  // What cannot be opened, what came meanwhile, file systems that do not tell what an entry is.
  var info = stat()
  if lstat(path, &info) == 0 { try? FileManager.default.removeItem(atPath: path) }
}
