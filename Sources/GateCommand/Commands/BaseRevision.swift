import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A revision of the repository that the manifest is in, with its files in a private directory of the run.
///
/// The files are as git checks them out. An archive would lack what the attribute `export-ignore` names.
final class BaseRevision: Sendable {
  /// `main (ab12cd3)`.
  let label: StateLabel
  /// The path of the manifest there; nil if the revision does not have it.
  let manifest: String?
  /// The path of the manifest in the repository.
  let manifestInRepository: String
  private let commit: String
  private let files: String
  private let directory: PrivateDirectory
  private let git: Git

  /// - Parameters:
  ///   - name: the revision as the user names it; `A...B` is the merge base of both.
  ///   - path: the manifest in the working tree.
  ///   - environment: the environment, cleared of the caller's PG* variables.
  init(_ name: String, of path: String, environment: [String: String]) throws(Diagnostic) {
    let folder = resolvedPath(parentDirectory(of: path)) ?? absolutePath(parentDirectory(of: path))
    let place = try Repository(around: folder, environment)
    let commit = try place.commit(name)
    let short = try place.git.output(["rev-parse", "--short", commit])
    self.commit = commit
    label = BaseRevision.label(name, short, commit)
    manifestInRepository = place.prefix + (path.split(separator: "/").last.map(String.init) ?? path)
    do { directory = try PrivateDirectory() } catch { throw Diagnostic(error.message) }
    files = directory.path + "/base"
    git = Git(in: place.top, environment: environment, index: directory.path + "/index")
    guard mkdir(files, 0o700) == 0 else {
      throw Diagnostic("cannot make \(files): \(String(cString: strerror(errno)))")
    }
    let manifest = files + "/" + manifestInRepository
    do {
      _ = try git.output(["read-tree", commit])
      _ = try git.output(["checkout-index", "--all", "--prefix=\(files)/"])
    } catch {
      throw Diagnostic("cannot read the files of \(label): \(error.message)")
    }
    self.manifest = FileManager.default.fileExists(atPath: manifest) ? manifest : nil
    // When plangate is root, steps of a seed run as another user, who may read the files but no others' may.
    if let user = try? directory.stepUser(environment: environment)?.user {
      guard chown(files, 0, user.gid) == 0, chmod(files, 0o750) == 0 else { return }
    }
  }

  /// Whether it has a file.
  ///
  /// - Parameters:
  ///   - path: the file in the working tree.
  ///   - manifest: the manifest in the working tree.
  func contains(_ path: String, beside manifest: String) -> Bool {
    let (file, known) = (absolutePath(path), absolutePath(manifest))
    guard known.hasSuffix(manifestInRepository) else { return false }
    let top = known.dropLast(manifestInRepository.count)
    return file.hasPrefix(top) && FileManager.default.fileExists(atPath: "\(files)/\(file.dropFirst(top.count))")
  }

  /// The commits after a revision up to HEAD, along first parents, the oldest first.
  ///
  /// - Parameter path: the manifest in the working tree.
  static func commits(
    after name: String, of path: String, environment: [String: String]
  ) throws(Diagnostic) -> [String] {
    let folder = resolvedPath(parentDirectory(of: path)) ?? absolutePath(parentDirectory(of: path))
    let place = try Repository(around: folder, environment)
    let list = try place.git.output(["rev-list", "--first-parent", "--reverse", "\(try place.commit(name))..HEAD"])
    return list.split(separator: "\n").map(String.init)
  }

  /// Removes the files.
  func remove() { directory.remove() }

  private static func label(_ name: String, _ short: String, _ commit: String) -> StateLabel {
    if name.count >= 4, commit.hasPrefix(name.lowercased()) { return StateLabel(short) }
    guard let ends = mergeBase(name) else { return StateLabel("\(name) (\(short))") }
    let other = ends.1 == "HEAD" ? "" : " and \(ends.1)"
    return StateLabel("the merge base with \(ends.0)\(other) (\(short))")
  }

  /// The two revisions of `A...B`, where HEAD may be left out; nil for a single revision.
  fileprivate static func mergeBase(_ name: String) -> (String, String)? {
    guard let dots = name.firstRange(of: "...") else { return nil }
    let (left, right) = (String(name[..<dots.lowerBound]), String(name[dots.upperBound...]))
    return (left.isEmpty ? "HEAD" : left, right.isEmpty ? "HEAD" : right)
  }

  /// An error in or with these files, with their names as git knows them, such as `ab12cd3:seed/01.sql`.
  func explained(_ error: Diagnostic) -> Diagnostic {
    func named(_ text: String) -> String {
      text.replacing(files + "/", with: "\(commit.prefix(7)):").replacing(files, with: "\(label)")
    }
    func named(_ error: Diagnostic) -> Diagnostic {
      var error = error
      (error.file, error.message) = (error.file.map(named), named(error.message))
      error.others = error.others.map(named)
      return error
    }
    var error = named(error)
    error.message += "\nwhile making the state to compare with, \(label)"
    let submodules = submodules
    if !submodules.isEmpty {
      error.message +=
        "\nits submodules are not read: \(submodules.joined(separator: ", "))"
        + "\nif the seed needs them, there is no state of that revision to compare with"
    }
    return error
  }

  /// The paths of its submodules, whose files are not in its tree.
  private var submodules: [String] {
    guard let list = try? git.output(["ls-files", "--stage"]) else { return [] }
    return list.split(separator: "\n").filter { $0.hasPrefix("160000 ") }
      .compactMap { $0.split(separator: "\t", maxSplits: 1).last.map(String.init) }
  }
}

/// The repository around a directory.
private struct Repository {
  let git: Git
  /// The top directory of the working tree.
  let top: String
  /// The directory's path from there: empty, or with a slash at its end.
  let prefix: String
  let isShallow: Bool

  init(around directory: String, _ environment: [String: String]) throws(Diagnostic) {
    git = Git(in: directory, environment: environment)
    let place = try git.run(["rev-parse", "--show-toplevel", "--show-prefix", "--is-shallow-repository"])
    let lines = place.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard place.isSuccessful, lines.count == 3 else {
      if place.text.contains("not a git repository") {
        throw Diagnostic(
          "\(directory) is not in a git repository, and --base names a revision of one\n"
            + "run plangate in a clone, or compare with --base-postgres or --base-settings")
      }
      throw Diagnostic("git cannot read the repository around \(directory): \(place.text)")
    }
    (top, prefix, isShallow) = (lines[0], lines[1], lines[2] == "true")
  }

  /// The commit that a revision, or the merge base of two, is.
  func commit(_ name: String) throws(Diagnostic) -> String {
    guard let ends = BaseRevision.mergeBase(name) else { return try single(name) }
    let (one, other) = (try single(ends.0), try single(ends.1))
    let found = try git.run(["merge-base", one, other])
    if found.isSuccessful { return String(found.text.prefix { $0 != "\n" }) }
    throw Diagnostic(
      isShallow
        ? shallow("the merge base of \(ends.0) and \(ends.1)") : "\(ends.0) and \(ends.1) have no common history")
  }

  private func single(_ name: String) throws(Diagnostic) -> String {
    func resolved(_ name: String) throws(Diagnostic) -> String? {
      let found = try git.run(["rev-parse", "--verify", "--quiet", "\(name)^{commit}"])
      return found.isSuccessful && !found.text.isEmpty ? found.text : nil
    }
    if let commit = try resolved(name) { return commit }
    if try resolved("refs/remotes/origin/\(name)") != nil {
      throw Diagnostic("git knows no revision '\(name)', did you mean 'origin/\(name)'?")
    }
    if isShallow { throw Diagnostic(shallow("the revision '\(name)'")) }
    throw Diagnostic(
      "git knows no revision '\(name)'\nname a branch, a tag or a commit of this clone; git fetch gets more")
  }

  private func shallow(_ what: String) -> String {
    "\(what) is not in this clone, which is shallow\n"
      + "fetch the history: 'fetch-depth: 0' for actions/checkout, 'GIT_DEPTH: 0' in GitLab CI, or git fetch --unshallow"
  }
}
