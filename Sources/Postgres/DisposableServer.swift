import FoundationEssentials
import JSON
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Synchronization

/// A PostgreSQL cluster that plangate made, runs and deletes.
///
/// It listens only on a Unix socket in a directory of mode 0700, but for the time of a command that asks for TCP.
package final class DisposableServer: Sendable {
  /// The superuser of the cluster.
  package static let user = "postgres"

  package let installation: ServerInstallation
  private let configuration: ServerConfiguration
  private let environment: [String: String]
  private let launcher: ServerLauncher
  private let directories: ServerDirectories

  private enum State {
    case stopped
    case running(ChildProcess, watch: SystemThread?)
    case removed
  }

  private let state = Mutex(State.stopped)
  /// How it listens on TCP; nil while it does not.
  let tcp = Mutex<TCPAccess?>(nil)
  /// Every password that it has had.
  let secrets = Mutex<[String]>([])
  /// The verifier of the password for TCP, and the password and its limit that the superuser had before.
  let passwordBefore = Mutex<(verifier: String, password: String?, limit: String?)?>(nil)

  /// Makes the directories, without a cluster or a server yet.
  package init(
    _ installation: ServerInstallation, _ configuration: ServerConfiguration, environment: [String: String]
  ) throws(ServerStartError) {
    self.installation = installation
    self.configuration = configuration
    self.environment = environment.merging(["LC_ALL": "C", "TZ": "UTC"]) { $1 }
    launcher = try ServerLauncher(
      reaching: ServerDirectories.needed(installation), environment: environment)
    directories = try ServerDirectories(launcher, installation, environment: environment)
  }

  /// Makes a cluster and starts its server.
  package static func start(
    _ installation: ServerInstallation, _ configuration: ServerConfiguration, environment: [String: String]
  ) throws(ServerStartError) -> DisposableServer {
    let server = try DisposableServer(installation, configuration, environment: environment)
    do {
      try server.makeCluster()
      try server.start()
    } catch {
      server.stop()
      throw error
    }
    return server
  }

  deinit { stop() }

  // MARK: The cluster

  /// The directory of this run: the cluster, its log and the output of children.
  package var directory: String { directories.run }
  package var dataDirectory: String { directories.data }
  /// The path of the server's log.
  package var log: String { directories.log }

  /// The owner that the cluster's files need; nil when that is plangate's own user.
  package var fileOwner: FileOwner? { launcher.user.map { FileOwner(uid: $0.uid, gid: $0.gid) } }

  /// The unprivileged user that runs the server for root; nil when that is plangate's own user.
  var serverUser: SystemUser? { launcher.user }

  /// Runs `initdb`.
  package func makeCluster() throws(ServerStartError) {
    try ServerDirectories.make(dataDirectory, for: launcher.user)
    let log = directory + "/initdb.log"
    let program = try initdb()
    let arguments =
      [
        "--pgdata=\(dataDirectory)", "--username=\(DisposableServer.user)", "--auth=trust", "--no-sync",
        "--encoding=\(configuration.encoding)", "--locale=\(configuration.locale)", "--lc-messages=C",
        // A cluster is copied with its WAL: one megabyte instead of sixteen.
        "--wal-segsize=1",
      ] + initdbInput(program)
    let command = launcher.command(
      program[0], program.dropFirst() + arguments, environment: environment, outputPath: log)
    let exit: ChildExit
    do {
      // Another signal would let initdb remove its files, and with them the number of its own server's segment.
      exit = try ChildProcess(spawning: command, interruptedBy: SIGKILL).wait()
    } catch { throw ServerStartError(error.description) }
    guard exit == .status(0) else {
      removeSharedMemory(ofCluster: dataDirectory)
      removeSharedMemory(inDirectory: dataDirectory, user: fileOwner?.uid ?? geteuid())
      throw ServerStartError("initdb failed (\(exit)):\n" + tail(of: log) + ProcessLimit.hint(in: tail(of: log)))
    }
  }

  /// The words that run initdb.
  private func initdb() throws(ServerStartError) -> [String] {
    (launcher.user == nil ? try NamelessUser.words(environment: environment) : []) + ["\(installation.binaries)/initdb"]
  }

  /// The option that names initdb's input directory; empty if it cannot be made, so that initdb uses its default.
  private func initdbInput(_ program: [String]) -> [String] {
    let show = launcher.command(
      program[0], program.dropFirst() + ["--show", "--pgdata=\(dataDirectory)"], environment: environment,
      outputPath: nil)
    let input = directory + "/share"
    guard let run = try? ChildProcess.outcome(of: show), let original = InitdbInput.original(in: run.text),
      InitdbInput.make(input, from: original)
    else {
      removeTree(input)
      return []
    }
    return ["-L", input]
  }

  // MARK: The server

  /// Starts the server of the cluster and waits until it accepts connections.
  package func start() throws(ServerStartError) {
    try writeConfiguration()
    var settings = tcpSettings
    for name in ServerConfiguration.arguments where settings[name] == nil {
      settings[name] = ServerConfiguration.ownSettings[name] ?? ""
    }
    let arguments = settings.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    let command = launcher.command(
      "\(installation.binaries)/postgres",
      [
        "-D", dataDirectory, "-c", "config_file=\(directories.configuration)", "-c",
        "unix_socket_directories=\(directories.socket)",
      ] + arguments,
      environment: environment, outputPath: directories.log)
    reserveLog(directories.log)
    let process: ChildProcess
    do {
      // Immediate shutdown, since there is nothing to save.
      process = try ChildProcess(spawning: command, interruptedBy: SIGQUIT, isGroup: false)
    } catch { throw ServerStartError(error.description) }
    let (data, user, started) = (dataDirectory, fileOwner?.uid ?? geteuid(), time(nil))
    let watch = SystemThread {
      let exit = process.wait()
      // A program that a backend started also holds the backend's socket, so that clients would wait for ever.
      Orphans.end()
      guard exit != .status(0) else { return }
      killBackends(ofCluster: data)
      removeSharedMemory(ofCluster: data)
      removeSharedMemory(madeBy: process.pid, since: started, user: user)
    }
    state.withLock { $0 = .running(process, watch: watch) }
    try waitUntilReady(process)
  }

  private func writeConfiguration() throws(ServerStartError) {
    let path = directories.configuration
    do {
      try Data(configuration.file.utf8).write(to: URL(filePath: path))
    } catch { throw ServerStartError("cannot write \(path): \(error)") }
    // The server's user must be able to read it.
    guard fileOwner == nil || chmod(path, 0o644) == 0 else {
      throw ServerStartError("cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }

  private func waitUntilReady(_ process: ChildProcess) throws(ServerStartError) {
    let deadline = ContinuousClock.now + .seconds(60)
    // As pg_ctl does it: polling by connections would keep the server busy refusing them.
    while PostmasterFile(ofCluster: dataDirectory)?.isReady != true {
      if process.hasEnded {
        throw ServerStartError(
          "the server does not start; its log ends:\n" + logTail + ProcessLimit.hint(in: logTail))
      }
      guard ContinuousClock.now < deadline else {
        throw ServerStartError("the server is not ready after 60 s; its log ends:\n" + logTail)
      }
      usleep(1000)
    }
  }

  /// Stops the server so that its cluster is complete on disk.
  ///
  /// The files stay.
  ///
  /// - Parameter limit: how long the checkpoint may take.
  package func stopCleanly(within limit: Duration = .seconds(300)) throws(ServerStartError) {
    guard case .running(let process, let watch) = state.withLock({ $0 }) else { return }
    // Fast shutdown: it ends all sessions and writes a checkpoint.
    process.send(SIGINT)
    let exit = process.wait(atMost: limit)
    process.send(SIGKILL)
    watch?.join()
    Orphans.end()
    state.withLock { $0 = .stopped }
    guard exit == .status(0) else {
      let reason = exit?.description ?? "it takes more than \(limit.components.seconds) s"
      throw ServerStartError("the server did not shut down (\(reason)); its log ends:\n" + logTail)
    }
  }

  package var hasEnded: Bool {
    if case .running(let process, _) = state.withLock({ $0 }) { return process.hasEnded }
    return true
  }

  /// The last lines of the server's log.
  package var logTail: String { tail(of: directories.log) }

  /// Stops the server immediately.
  ///
  /// The files stay.
  package func halt() {
    guard case .running(let process, let watch) = state.withLock({ $0 }) else { return }
    end(process, watch) {}
    state.withLock { $0 = .stopped }
  }

  /// Stops the server and removes its files.
  package func stop() {
    let last = state.withLock { state in
      defer { state = .removed }
      return state
    }
    switch last {
    case .removed: return
    case .stopped: break
    case .running(let process, let watch):
      // The server's processes no longer read or write any table.
      end(process, watch) { removeTree(dataDirectory + "/base") }
    }
    directories.remove()
  }

  private func end(_ process: ChildProcess, _ watch: SystemThread?, meanwhile: () -> Void) {
    process.send(SIGQUIT)
    meanwhile()
    _ = process.wait(atMost: .seconds(5))
    process.send(SIGKILL)
    _ = process.wait()
    watch?.join()
    // Processes left behind by a backend or a seed step must not write to files that are about to be removed.
    Orphans.end()
  }

  // MARK: Use

  package func connect(database: String) throws(ServerError) -> Connection {
    try Connection(parameters(database: database))
  }

  /// The port, which is also part of the socket's name.
  private var port: String { tcp.withLock { $0 }.map { "\($0.port)" } ?? "5432" }

  private func parameters(database: String) -> [String: String] {
    [
      "host": directories.socket, "port": port, "user": DisposableServer.user, "dbname": database,
      "application_name": "plangate", "client_encoding": "UTF8", "connect_timeout": "30",
      "options": DisposableServer.sessionOptions(major: installation.major),
    ]
  }

  /// The options of plangate's own sessions, whatever a seed set for its database or role.
  ///
  /// Limits that a seed means for its users would end VACUUM or a transaction, and only a session's own options survive
  /// DISCARD ALL.
  private static func sessionOptions(major: Int) -> String {
    var settings = [
      "statement_timeout=0", "lock_timeout=0", "idle_in_transaction_session_timeout=0",
      "default_transaction_read_only=off", "role=none",
    ]
    if major >= 14 { settings.append("idle_session_timeout=0") }
    if major >= 17 { settings.append("transaction_timeout=0") }
    return settings.map { "-c \($0)" }.joined(separator: " ")
  }

  /// The variables with which a client program reaches a database of this server: libpq's and DATABASE_URL.
  package func clientEnvironment(database: String) -> [String: String] {
    let path = directories.socket.percentEncoded(besides: "/")
    return [
      "PGHOST": directories.socket, "PGPORT": port, "PGUSER": DisposableServer.user, "PGDATABASE": database,
      "PGAPPNAME": "plangate", "PGCLIENTENCODING": "UTF8",
      "DATABASE_URL": "postgresql://\(DisposableServer.user)@/\(database)?host=\(path)&port=\(port)",
    ]
  }
}

/// Creates a log file with an empty line.
///
/// This reserves its first block, so that an error message fits in it even if the disk fills up meanwhile.
package func reserveLog(_ path: String) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { return }
  _ = write(descriptor, "\n", 1)
  close(descriptor)
}

/// The last 20 lines of a file, indented.
package func tail(of path: String) -> String {
  let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  let lines = text.split(separator: "\n").suffix(20)
  return lines.isEmpty ? "  (it printed nothing)" : lines.map { "  \($0)" }.joined(separator: "\n")
}
