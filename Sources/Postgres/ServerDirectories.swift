import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The directories of a disposable server, all of mode 0700.
struct ServerDirectories {
  let run: String
  /// The run's own, unless its path cannot be a socket's address.
  let socket: String

  var data: String { run + "/data" }
  var log: String { run + "/server.log" }

  /// `sockaddr_un` holds 108 bytes on Linux, 104 on macOS.
  private static let longestSocketPath = 100

  init(
    _ launcher: ServerLauncher, _ installation: ServerInstallation, environment: [String: String]
  ) throws(ServerStartError) {
    let programs = ["\(installation.binaries)/postgres", "\(installation.binaries)/initdb"]
    if let user = launcher.user, !launcher.canReach(programs, environment: environment) {
      throw ServerStartError(
        "the user '\(user.name)', which runs the server for root, cannot reach \(installation.binaries)\n"
          + "make the directory readable for it or run plangate as an ordinary user")
    }
    var base = temporaryDirectory()
    if launcher.user != nil, !launcher.canReach([base], environment: environment) { base = "/tmp" }
    run = try ServerDirectories.make(in: base, launcher.user)
    // A comma parts one socket directory from the next, for the server and for libpq.
    if run.utf8.count + "/.s.PGSQL.5432".utf8.count <= ServerDirectories.longestSocketPath, !run.contains(",") {
      socket = run
    } else {
      socket = try ServerDirectories.make(in: "/tmp", launcher.user)
    }
  }

  private static func make(in base: String, _ user: ServerUser?) throws(ServerStartError) -> String {
    var template = Array("\(base)/plangate-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ServerStartError(
        "cannot make a directory in \(base): \(String(cString: strerror(errno)))\nset TMPDIR to one that can be written"
      )
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if let user, chown(path, user.uid, user.gid) != 0 {
      throw ServerStartError("cannot give \(path) to the user '\(user.name)': \(String(cString: strerror(errno)))")
    }
    return path
  }

  func remove() { ServerDirectories.remove(run, socket) }

  static func remove(_ run: String, _ socket: String) {
    for path in Set([run, socket]) { try? FileManager.default.removeItem(atPath: path) }
  }
}
