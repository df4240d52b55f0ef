import OperatingSystem

/// The names of files in a CI service's reports: relative to the root of the repository, wherever the run was started.
struct RepositoryPaths {
  /// The root as the service names it; nil elsewhere.
  private let root: String?

  init(environment: [String: String]) {
    let roots = [("GITHUB_ACTIONS", "GITHUB_WORKSPACE"), ("GITLAB_CI", "CI_PROJECT_DIR")]
    let variable = roots.first { environment[$0.0] == "true" }?.1
    root = variable.flatMap { environment[$0] }.flatMap { $0.isEmpty ? nil : resolvedPath($0) ?? $0 }
  }

  /// The name of a file in reports.
  ///
  /// Links are resolved, because the service knows files by their paths in git. A file that is outside the repository
  /// or does not exist keeps the name that the user gave it.
  func name(of file: String) -> String {
    guard let root, let path = resolvedPath(file), path.hasPrefix(root + "/") else { return file }
    return String(path.dropFirst(root.count + 1))
  }
}
