import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension ServerInstallation {
  /// What tells this build of a server from another: version, files, extensions, operating system (whose library sorts
  /// texts), processor. The same on every machine that has the same packages.
  package var identity: [String] {
    var words = ["\(version)", binaries, files(in: binaries)]
    let root = parent(of: binaries)
    // Where extensions live: built from source and Homebrew, Debian, Red Hat.
    for folder in [
      "\(root)/lib", "\(root)/lib/postgresql", "\(root)/share/extension", "\(root)/share/postgresql/extension",
      "/usr/share/postgresql/\(major)/extension", "/usr/share/pgsql/extension",
    ] {
      words.append(files(in: folder))
    }
    let system = FileManager.default.contents(atPath: "/etc/os-release") ?? Data()
    words.append(String(decoding: system, as: UTF8.self))
    var name = utsname()
    uname(&name)
    words.append(withUnsafeBytes(of: &name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    return words
  }

  /// Names and sizes.
  private func files(in folder: String) -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().map { name in
      var info = stat()
      return stat("\(folder)/\(name)", &info) == 0 ? "\(name) \(info.st_size)" : name
    }.joined(separator: "\n")
  }
}
