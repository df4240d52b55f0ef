import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// How a disposable server is made.
package struct ServerConfiguration: Sendable {
  /// Of the databases: never the environment's.
  package var locale: String
  package var encoding: String
  package var timeZone: String
  /// The planner's world: `postgresql.conf` entries, checked for their names.
  package var settings: [String: String]

  package init(locale: String, encoding: String, timeZone: String, settings: [String: String]) {
    self.locale = locale
    self.encoding = encoding
    self.timeZone = timeZone
    self.settings = settings
  }

  /// What plangate sets itself and nobody else: the server's place, its durability, and what makes plans repeat.
  package static let ownSettings: [String: String] = [
    // A server for nobody else.
    "listen_addresses": "", "port": "5432", "unix_socket_permissions": "0700",
    // Throw-away durability. synchronous_commit stays on: off leaves the visibility map empty after VACUUM.
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "on", "wal_level": "minimal",
    "max_wal_senders": "0", "archive_mode": "off",
    // The same plans and counts in every run.
    "autovacuum": "off", "synchronize_seqscans": "off", "jit": "off", "track_io_timing": "off",
    "session_preload_libraries": "", "plan_cache_mode": "", "session_replication_role": "", "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    // Texts of constants in conditions.
    "datestyle": "ISO, MDY", "intervalstyle": "postgres", "bytea_output": "hex", "extra_float_digits": "1",
    "client_encoding": "UTF8", "lc_messages": "C",
    // Where the files are.
    "data_directory": "", "hba_file": "", "ident_file": "", "external_pid_file": "", "unix_socket_directories": "",
    "logging_collector": "off", "log_destination": "stderr", "ssl": "off",
  ]

  /// Settings that the server's start gives as arguments, so that no file can change them.
  static let arguments = [
    "listen_addresses", "port", "unix_socket_permissions", "fsync", "autovacuum", "logging_collector",
  ]

  /// Defaults that a manifest may change.
  static let capacity: [String: String] = [
    "shared_buffers": "256MB", "max_wal_size": "8GB", "checkpoint_timeout": "1h", "max_worker_processes": "16",
    "log_min_messages": "warning",
  ]

  /// The text of `postgresql.conf`.
  func file(dynamicSharedMemory: String) -> String {
    var entries = ServerConfiguration.capacity
    entries["dynamic_shared_memory_type"] = dynamicSharedMemory
    entries.merge(settings) { $1 }
    for (name, value) in ServerConfiguration.ownSettings where !value.isEmpty { entries[name] = value }
    entries["timezone"] = timeZone
    entries["log_timezone"] = timeZone
    return entries.sorted { $0.key < $1.key }.map { "\($0.key) = \(ServerConfiguration.quoted($0.value))\n" }.joined()
  }

  /// A value as `guc-file.l` reads it: quotes are doubled, backslashes escape.
  private static func quoted(_ value: String) -> String {
    var text = "'"
    for scalar in value.unicodeScalars {
      switch scalar {
      case "'": text += "''"
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "'"
  }
}

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

/// The directories of a disposable server, all of mode 0700.
private struct ServerDirectories {
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
