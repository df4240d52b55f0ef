import FoundationEssentials
import OperatingSystem

/// The reason no server is available, on one or more lines; the last one says what to do.
package struct ServerStartError: Error, Equatable, Sendable, CustomStringConvertible {
  package let message: String
  package var description: String { message }

  package init(_ message: String) { self.message = message }
}

/// The programs of a PostgreSQL server on this machine.
package struct ServerInstallation: Equatable, Sendable {
  /// The absolute path of the directory with `postgres` and `initdb`, since programs start in other directories.
  package let binaries: String
  /// The major version, 15 for 15.18.
  package let major: Int
  /// The version as a number, 150018 for 15.18.
  package let version: Int

  /// The version as text, such as `15.18`.
  package var versionText: String { "\(major).\(version % 10_000)" }

  /// The oldest server that plangate supports.
  package static let oldestMajor = 13

  /// Finds a server.
  ///
  /// - Parameters:
  ///   - choice: a major version or a directory of binaries, as `--postgres` takes it; nil for the preferred major or
  ///     the newest.
  ///   - preferredMajor: the major to use without a choice, if it is installed.
  package static func locate(
    _ choice: String?, preferredMajor: Int? = nil, environment: [String: String]
  ) throws(ServerStartError) -> ServerInstallation {
    try checkTemporaryDirectory()
    if let choice, choice.contains("/") || Int(choice) == nil {
      guard let installation = ServerInstallation(at: choice, environment: environment) else {
        try ProcessLimit.check(environment: environment)
        throw ServerStartError("no PostgreSQL server in \(choice): it has no working 'postgres' and 'initdb'")
      }
      return try installation.supported()
    }
    let found = installed(environment: environment).sorted { $0.version > $1.version }
    if found.isEmpty { try ProcessLimit.check(environment: environment) }
    if let choice, let major = Int(choice) {
      guard let installation = found.first(where: { $0.major == major }) else {
        let others = found.isEmpty ? "none" : Set(found.map(\.major)).sorted().map(String.init).joined(separator: ", ")
        throw ServerStartError(
          "no PostgreSQL \(major) server on this machine (found: \(others))\n"
            + "install it (Debian, Ubuntu: apt-get install postgresql-\(major)) or name its directory: --postgres /path/to/bin"
        )
      }
      return try installation.supported()
    }
    guard let installation = found.first(where: { $0.major == preferredMajor }) ?? found.first else {
      throw ServerStartError(
        "no PostgreSQL server on this machine\n"
          + "install one (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; "
          + "macOS: brew install postgresql) or name its directory: --postgres /path/to/bin")
    }
    return try installation.supported()
  }

  private func supported() throws(ServerStartError) -> ServerInstallation {
    guard major >= ServerInstallation.oldestMajor else {
      throw ServerStartError(
        "PostgreSQL \(major) in \(binaries) is too old: plangate needs \(ServerInstallation.oldestMajor) or newer")
    }
    return self
  }

  /// All servers on this machine, each one once.
  static func installed(environment: [String: String]) -> [ServerInstallation] {
    var directories: [String] = []
    for program in ["postgres", "pg_config"] {
      if let path = findProgram(program, in: environment["PATH"]) {
        directories.append(parentDirectory(of: resolved(path)))
      }
    }
    // Debian and Ubuntu; Red Hat's own and PGDG's; Homebrew on both kinds of Mac; built from source.
    for pattern in [
      ("/usr/lib/postgresql", "", "/bin"), ("/usr", "pgsql-", "/bin"), ("/opt/homebrew/opt", "postgresql", "/bin"),
      ("/usr/local/opt", "postgresql", "/bin"), ("/usr/local/pgsql", "bin", ""), ("/usr", "bin", ""),
    ] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: pattern.0)) ?? []
      directories += names.filter { $0.hasPrefix(pattern.1) }.sorted().map { "\(pattern.0)/\($0)\(pattern.2)" }
        .filter { findProgram("\($0)/postgres", in: nil) != nil }
    }
    var seen: Set<String> = []
    return directories.filter { seen.insert(resolved($0)).inserted }
      .compactMap { ServerInstallation(at: $0, environment: environment) }
  }

  /// Nil when the directory has no server that runs.
  init?(at path: String, environment: [String: String]) {
    let directory = absolutePath(path)
    guard findProgram("\(directory)/initdb", in: nil) != nil, findProgram("\(directory)/postgres", in: nil) != nil,
      let number = ServerInstallation.versionNumber(directory, environment)
    else { return nil }
    let parts = number.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
    guard let major = parts.first, major > 0 else { return nil }
    binaries = directory
    self.major = major
    version = major * 10_000 + (parts.count > 1 ? parts[1] : 0)
  }

  /// The version, such as `15.18`, `19devel` or `19beta1`; nil when the programs do not run.
  private static func versionNumber(_ directory: String, _ environment: [String: String]) -> Substring? {
    // The server has many libraries to load before it can answer; pg_ctl is from the same build and has almost none.
    for program in ["pg_ctl", "postgres"] {
      let text = try? ChildProcess.output(
        of: Command("\(directory)/\(program)", ["--version"], environment: environment))
      if let number = text?.split(separator: " ").first(where: { $0.first?.isNumber == true }) { return number }
    }
    return nil
  }

  /// The path of a client program: the server's own, otherwise the one in `PATH`.
  package func client(_ name: String, environment: [String: String]) throws(ServerStartError) -> String {
    if let path = findProgram("\(binaries)/\(name)", in: nil) ?? findProgram(name, in: environment["PATH"]) {
      return path
    }
    throw ServerStartError(
      "\(name) is not on this machine\ninstall it (Debian, Ubuntu: apt-get install postgresql-client)")
  }
}

/// The target of a path's links, followed one after the other; links in its directories are kept.
private func resolved(_ path: String) -> String {
  (try? FileManager.default.destinationOfSymbolicLink(atPath: path)).map { link in
    resolved(link.hasPrefix("/") ? link : "\(parentDirectory(of: path))/\(link)")
  } ?? path
}

/// Checks the temporary directory first, because every later error would be misleading.
private func checkTemporaryDirectory() throws(ServerStartError) {
  let path = temporaryDirectory()
  var isDirectory = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory,
    FileManager.default.isWritableFile(atPath: path)
  else {
    throw ServerStartError("cannot write to the temporary directory \(path)\nset TMPDIR to a writable directory")
  }
}
