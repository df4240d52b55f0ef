import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A PostgreSQL cluster that plangate made, runs and deletes. It listens on a Unix socket in a directory of mode 0700
/// and nowhere else.
package final class DisposableServer {
  /// The superuser of the cluster.
  package static let user = "postgres"

  package let installation: ServerInstallation
  /// Everything of this run: the cluster, its log, the output of children.
  package let directory: String
  private let socketDirectory: String
  private let process: ChildProcess
  private var isStopped = false

  /// Makes a cluster and starts its server.
  package static func start(
    _ installation: ServerInstallation, _ configuration: ServerConfiguration, environment: [String: String]
  ) throws(ServerStartError) -> DisposableServer {
    let launcher = try ServerLauncher(environment: environment)
    let directories = try ServerDirectories(launcher, installation, environment: environment)
    do {
      return try DisposableServer(installation, configuration, launcher, directories, environment)
    } catch {
      directories.remove()
      throw error
    }
  }

  private init(
    _ installation: ServerInstallation, _ configuration: ServerConfiguration, _ launcher: ServerLauncher,
    _ directories: ServerDirectories, _ environment: [String: String]
  ) throws(ServerStartError) {
    self.installation = installation
    directory = directories.run
    socketDirectory = directories.socket
    let environment = environment.merging(["LC_ALL": "C", "TZ": "UTC"]) { $1 }
    try DisposableServer.makeCluster(installation, configuration, launcher, directories, environment)

    let arguments = ServerConfiguration.arguments.flatMap {
      ["-c", "\($0)=\(ServerConfiguration.ownSettings[$0] ?? "")"]
    }
    let command = launcher.command(
      "\(installation.binaries)/postgres",
      ["-D", directories.data, "-c", "unix_socket_directories=\(directories.socket)"] + arguments,
      environment: environment, outputPath: directories.log)
    do {
      // Immediate shutdown: there is nothing to save.
      process = try ChildProcess(spawning: command, interruptedBy: SIGQUIT, isGroup: false)
    } catch { throw ServerStartError(error.description) }
    do {
      try waitUntilReady(directories)
    } catch {
      stop()
      throw error
    }
  }

  deinit { stop() }

  private static func makeCluster(
    _ installation: ServerInstallation, _ configuration: ServerConfiguration, _ launcher: ServerLauncher,
    _ directories: ServerDirectories, _ environment: [String: String]
  ) throws(ServerStartError) {
    let log = directories.run + "/initdb.log"
    let command = launcher.command(
      "\(installation.binaries)/initdb",
      [
        "--pgdata=\(directories.data)", "--username=\(user)", "--auth=trust", "--no-sync",
        "--encoding=\(configuration.encoding)", "--locale=\(configuration.locale)", "--lc-messages=C",
      ], environment: environment, outputPath: log)
    let exit: ChildExit
    do { exit = try ChildProcess.run(command) } catch { throw ServerStartError(error.description) }
    guard exit == .status(0) else {
      throw ServerStartError("initdb failed (\(exit)):\n" + tail(of: log))
    }
    // Small shared memory file systems, as containers have them, cannot hold the hash table of a parallel join.
    let memory = installation.major >= 13 && sharedMemoryBytes() < 512 << 20 ? "mmap" : "posix"
    let file = directories.data + "/postgresql.conf"
    do {
      try Data(configuration.file(dynamicSharedMemory: memory).utf8).write(to: URL(filePath: file))
    } catch { throw ServerStartError("cannot write \(file): \(error)") }
  }

  private func waitUntilReady(_ directories: ServerDirectories) throws(ServerStartError) {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      if process.hasEnded {
        throw ServerStartError("the server does not start; its log ends:\n" + tail(of: directories.log))
      }
      if let connection = try? connect(database: "postgres") {
        guard let place = try? connection.execute("SHOW data_directory").value,
          realPath(place) == realPath(directories.data)
        else { throw ServerStartError("another server answers on \(socketDirectory)") }
        return
      }
      guard ContinuousClock.now < deadline else {
        throw ServerStartError("the server is not ready after 60 s; its log ends:\n" + tail(of: directories.log))
      }
      usleep(5000)
    }
  }

  // MARK: Use

  package func connect(database: String) throws(ServerError) -> Connection {
    try Connection([
      "host": socketDirectory, "port": "5432", "user": DisposableServer.user, "dbname": database,
      "application_name": "plangate", "client_encoding": "UTF8", "connect_timeout": "30",
    ])
  }

  /// What a client program needs to reach a database of this server: libpq's variables and DATABASE_URL.
  package func clientEnvironment(database: String) -> [String: String] {
    let path = socketDirectory.utf8.map { byte in
      let isPlain =
        Character(Unicode.Scalar(byte)).isASCII
        && (Character(Unicode.Scalar(byte)).isLetter
          || Character(Unicode.Scalar(byte)).isNumber || "/-._~".utf8.contains(byte))
      return isPlain ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    return [
      "PGHOST": socketDirectory, "PGPORT": "5432", "PGUSER": DisposableServer.user, "PGDATABASE": database,
      "PGAPPNAME": "plangate", "PGCLIENTENCODING": "UTF8",
      "DATABASE_URL": "postgresql://\(DisposableServer.user)@/\(database)?host=\(path)&port=5432",
    ]
  }

  /// The last lines of the server's log.
  package var logTail: String { tail(of: directory + "/server.log") }

  package var hasEnded: Bool { process.hasEnded }

  /// Stops the server and removes its files.
  package func stop() {
    guard !isStopped else { return }
    isStopped = true
    process.send(SIGQUIT)
    let deadline = ContinuousClock.now + .seconds(5)
    while !process.hasEnded, ContinuousClock.now < deadline { usleep(1000) }
    process.send(SIGKILL)
    _ = process.wait()
    ServerDirectories.remove(directory, socketDirectory)
  }
}

/// The last 20 lines of a file, indented.
package func tail(of path: String) -> String {
  let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  let lines = text.split(separator: "\n").suffix(20)
  return lines.isEmpty ? "  (it printed nothing)" : lines.map { "  \($0)" }.joined(separator: "\n")
}

private func realPath(_ path: String) -> String? {
  guard let pointer = realpath(path, nil) else { return nil }
  defer { free(pointer) }
  return String(cString: pointer)
}

/// The size of the file system of POSIX shared memory; 0 where there is none.
private func sharedMemoryBytes() -> UInt64 {
  var info = statvfs()
  guard statvfs("/dev/shm", &info) == 0 else { return 0 }
  return UInt64(info.f_blocks) * UInt64(info.f_frsize)
}
