import FoundationEssentials
import OperatingSystem
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The user that seed steps run as.
///
/// A seed is code that a pull request can change, so when plangate is root its steps are not, unless the manifest asks
/// for it.
struct StepRights {
  let manifest: Manifest
  /// The unprivileged user of the server; nil when the steps run as plangate's own user anyway.
  let user: StepUser?
  let console: Console

  init(_ manifest: Manifest, _ host: any ServerHost, _ console: Console) throws(Diagnostic) {
    self.manifest = manifest
    self.console = console
    do { user = manifest.seedsAsRoot ? nil : try host.stepUser() } catch { throw Diagnostic(error.message) }
  }

  /// The command of a step, run with the rights that it should have.
  ///
  /// - Parameters:
  ///   - file: the file that the command reads, for psql and pg_restore.
  ///   - fromInput: the arguments with which it reads standard input instead.
  func command(
    _ command: Command, for step: SeedStep, file: String?, fromInput: [String]
  ) throws(Diagnostic) -> Command {
    guard let user else { return command }
    guard let file, !user.user.canRead(file) else { return user.command(command) }
    if case .script = step.source, !canReadProject(beside: file), includesFiles(file) {
      console.step(
        "seed: \(step.description) runs as root: it includes files, and the user '\(user.user.name)' cannot read "
          + parentDirectory(of: file))
      return command
    }
    guard let input = OpenFile(reading: file) else {
      throw Diagnostic("cannot read the file: \(String(cString: strerror(errno)))", file: file)
    }
    var command = command
    command.input = input
    command.arguments = fromInput
    return user.command(command)
  }

  /// Whether the user can read the checkout, judged by its directories, so that no file in it decides that.
  private func canReadProject(beside file: String) -> Bool {
    guard let user else { return true }
    return [absolutePath(manifest.directory), parentDirectory(of: file)].allSatisfy(user.user.canRead)
  }

  private func includesFiles(_ path: String) -> Bool {
    let bytes = FileManager.default.contents(atPath: path) ?? Data()
    return bytes.withUnsafeBytes { !SeedScan($0).includes.isEmpty }
  }

  /// The next step for a step that failed for lack of privileges, as a line for its error; empty if that is not the
  /// reason.
  func hint(for step: SeedStep, output: String) -> String {
    guard let user else { return "" }
    // A command can fail for this reason in more ways than its output shows.
    if case .command = step.source {} else if !output.contains("ermission denied") { return "" }
    return "\nplangate is root, and the step ran as the user '\(user.user.name)'; if it needs root, write "
      + "'seed-user: root' into \(manifest.path)"
  }
}
