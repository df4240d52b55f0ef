import FoundationEssentials
import OperatingSystem
import PlanCore
import Reporting

/// The end of `plangate record`: what to fill and what to commit.
struct RecordAdvice {
  let manifest: Manifest
  let environment: [String: String]

  /// - Parameters:
  ///   - notes: on what shows nothing.
  ///   - hasWritten: whether a baseline was written or removed.
  func lines(_ notes: [Note], hasWritten: Bool) -> [String] {
    var lines: [String] = []
    for case .emptyRelations(let relations) in notes.map(\.content) {
      let names = relations.map(\.description).joined(separator: ", ")
      lines.append(
        "before you commit: fill \(names), which \(relations.count == 1 ? "has" : "have") no rows; check --strict fails"
      )
    }
    if let commit = commitLine(hasWritten: hasWritten) { lines.append(commit) }
    return lines
  }

  private func commitLine(hasWritten: Bool) -> String? {
    let baselines = manifest.baselines
    let git = Git(in: absolutePath(manifest.directory), environment: environment)
    guard let inside = try? git.run(["rev-parse", "--is-inside-work-tree"]), inside.isSuccessful, inside.text == "true"
    else { return hasWritten ? "keep \(baselines.visible) under version control: check compares with it" : nil }
    if let ignored = try? git.run(["check-ignore", "--quiet", "--", absolutePath(baselines)]), ignored.isSuccessful {
      return "git ignores \(baselines.visible): check finds no baselines in another checkout"
    }
    let changed = [baselines, manifest.directory].filter { path in
      guard let status = try? git.run(["status", "--porcelain", "--", absolutePath(path)]) else { return false }
      return status.isSuccessful && !status.text.isEmpty
    }
    guard changed.contains(baselines) else { return nil }
    return "read the baselines and commit them: git add \(changed.map(\.visible).joined(separator: " "))"
  }
}
