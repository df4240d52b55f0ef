package import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The user that seed steps run as when plangate is root: the unprivileged one that runs its servers.
package struct StepUser: Sendable {
  package let user: SystemUser
  /// A directory of the run that belongs to the user.
  private let home: String

  /// - Parameter directory: the run's directory, which others may pass through.
  init(_ user: SystemUser, in directory: String) throws(ServerStartError) {
    self.user = user
    home = directory + "/home"
    if access(home, F_OK) != 0 { try ServerDirectories.make(home, for: user) }
  }

  /// The command, run as this user.
  ///
  /// It starts in its directory even if the user may not pass through those above it.
  package func command(_ command: Command) -> Command {
    let words = user.words + [command.program] + command.arguments
    var result = command
    result.program = words[0]
    result.arguments = Array(words.dropFirst())
    result.user = user
    // Root's home is closed to this user.
    result.environment.merge(["HOME": home, "USER": user.name, "LOGNAME": user.name]) { $1 }
    if !canWriteTemporaryFiles { result.environment["TMPDIR"] = home }
    return result
  }

  private var canWriteTemporaryFiles: Bool {
    var info = stat()
    let path = temporaryDirectory()
    return stat(path, &info) == 0 && info.st_mode & 0o2 != 0 && user.canRead(path)
  }
}

extension PrivateDirectory {
  /// The user that seed steps run as on a server that plangate does not run.
  ///
  /// Nil when that is plangate's own user, and on a machine that cannot change the user.
  package func stepUser(environment: [String: String]) throws(ServerStartError) -> StepUser? {
    guard geteuid() == 0, let user = try? SystemUser.needed() else { return nil }
    let probe = Command(user.words[0], user.words.dropFirst() + ["true"], environment: environment, directory: "/")
    guard (try? ChildProcess.run(probe)) == .status(0), chmod(path, 0o711) == 0 else { return nil }
    return try StepUser(user, in: path)
  }
}

extension DisposableServer {
  /// The user that seed steps run as; nil when that is plangate's own user.
  package func stepUser() throws(ServerStartError) -> StepUser? {
    guard let user = serverUser else { return nil }
    return try StepUser(user, in: directory)
  }
}
