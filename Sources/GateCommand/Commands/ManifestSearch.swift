import FoundationEssentials
import Reporting
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Finds the manifest of a run that begins in a subdirectory of its repository, or where init had to put it elsewhere.
enum ManifestSearch {
  /// The places in a directory; the second is for an application that has a `queries` of its own.
  private static let names = [Options.defaultManifest, "plangate/manifest.yml"]

  /// The manifest of a directory, or of its nearest parent up to the root of the git repository; nil if there is none.
  ///
  /// It must belong to the owner of the current directory: a manifest that somebody else left above it is not run.
  static func found(from directory: String = FileManager.default.currentDirectoryPath) -> String? {
    var (place, path) = (directory, "")
    var candidate: String?
    while true {
      let name = names.first { name in
        let owner = owner("\(place == "/" ? "" : place)/\(name)")
        return owner != nil && owner == self.owner(directory)
      }
      candidate = candidate ?? name.map { path + $0 }
      // Above the directory, only its repository is looked at.
      if path.isEmpty, let candidate { return candidate }
      if owner("\(place)/.git") != nil { return candidate }
      guard place != "/" else { return nil }
      place = parentDirectory(of: place)
      path += "../"
    }
  }

  private static func owner(_ path: String) -> uid_t? {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_uid : nil
  }
}

extension Options {
  /// Names the manifest of a parent directory where the default one is missing, and says so.
  mutating func findManifest(_ console: Console) {
    guard command.flags.contains(where: { $0.name == Flag.manifest.name }), manifest == Options.defaultManifest,
      !FileManager.default.fileExists(atPath: manifest), let found = ManifestSearch.found()
    else { return }
    manifest = found
    console.say("using \(found.visible)")
  }
}
