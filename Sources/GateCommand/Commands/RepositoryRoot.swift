import FoundationEssentials
import OperatingSystem

/// The root of the git repository that the current directory is in; GitHub reads workflows there and nowhere else.
struct RepositoryRoot {
  /// The path from the current directory, such as `../..`; `.` for itself, and without a repository.
  let path: String
  /// The path from the root to the current directory; empty for the root itself.
  let directory: String

  init(_ current: String = FileManager.default.currentDirectoryPath) {
    var parts = current.split(separator: "/")
    var below: [Substring] = []
    while !ProjectTree.exists("/" + (parts + [".git"]).joined(separator: "/")) {
      guard let last = parts.popLast() else {
        (path, directory) = (".", "")
        return
      }
      below.insert(last, at: 0)
    }
    path = below.isEmpty ? "." : below.map { _ in ".." }.joined(separator: "/")
    directory = below.joined(separator: "/")
  }

  /// The path of the workflow; one of a directory below the root is named after it.
  var workflow: String {
    let name = directory.split(separator: "/").last.map { QueryFile.identifier(String($0)) }
    return joined(path, ".github/workflows/plangate\(name.map { "-" + $0 } ?? "").yml")
  }
}
