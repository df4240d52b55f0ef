import FoundationEssentials
import OperatingSystem
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension ServerInstallation {
  /// Words that distinguish this build of a server from others.
  ///
  /// They are version, programs, extensions, dictionaries, operating system (whose library sorts texts) and processor.
  /// They are the same on every machine with the same packages.
  var identity: [String] {
    var words = ["\(version)", binaries]
    // Sizes suffice: each of these large programs contains its version.
    words += ["postgres", "initdb", "psql", "pg_restore"].map { name in
      var info = stat()
      return stat("\(binaries)/\(name)", &info) == 0 ? "\(name) \(info.st_size)" : name
    }
    words += folders.flatMap(contents)
    words.append(ContentHash.digits(ofFile: "/etc/os-release") ?? "")
    // Debian's servers read the system's time zones, which change more often than the system's version.
    words.append(ContentHash.digits(ofFile: "/usr/share/zoneinfo/tzdata.zi") ?? "")
    var name = utsname()
    uname(&name)
    words.append(withUnsafeBytes(of: &name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    return words
  }

  /// The folders of libraries, extensions and text search dictionaries: built from source and Homebrew, Debian, Red
  /// Hat.
  private var folders: [String] {
    let root = parentDirectory(of: binaries)
    // Under /usr, everything that is installed has its libraries there, and its data beside them.
    let isSystem = root == "/usr"
    let libraries = isSystem ? ["/usr/lib64/pgsql", "/usr/lib/pgsql"] : ["\(root)/lib", "\(root)/lib/postgresql"]
    let data =
      isSystem
      ? ["/usr/share/pgsql"] : ["\(root)/share", "\(root)/share/postgresql", "/usr/share/postgresql/\(major)"]
    return libraries + data.flatMap { ["\($0)/extension", "\($0)/tsearch_data", "\($0)/timezonesets"] }
  }

  /// The files of a folder, each with the hash of its bytes: an extension under development may well keep its size.
  private func contents(of folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().map { "\(folder)/\($0) \(ContentHash.digits(ofFile: "\(folder)/\($0)") ?? "")" }
  }
}
