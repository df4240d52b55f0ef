import FoundationEssentials
import PlanCore

/// Makes sure that the manifest for what was found can be loaded, whatever the files hold and are called.
struct LoadableManifest {
  let place: ManifestPlace

  /// Leaves out what a manifest cannot be loaded with, and says why.
  func restrict(_ discovery: inout Discovery) {
    for step in discovery.schema {
      leaveOut(step.place, &discovery, with: { $0.schema = [step] }) { $0.schema.removeAll { $0 == step } }
    }
    for path in discovery.rows {
      leaveOut(path, &discovery, with: { $0.rows = [path] }) { $0.rows.removeAll { $0 == path } }
    }
    for group in discovery.queries {
      leaveOut(group.place, &discovery, with: { $0.queries = [group] }) {
        $0.queries.removeAll { $0.patterns == group.patterns }
      }
    }
    leaveOut("roles", &discovery, with: { [roles = discovery.roles] in $0.roles = roles }) { $0.roles = [] }
    // Each of these by itself is fine, so that this is about what they have in common: names of queries.
    while let last = discovery.queries.last, let problem = problem(discovery) {
      discovery.found.removeAll { $0 == Discovery.Remark(last.place, last.label) }
      discovery.leftOut.append(Discovery.Remark(last.place, problem))
      discovery.queries.removeLast()
    }
  }

  /// Leaves out one thing if a manifest with it alone cannot be loaded.
  private func leaveOut(
    _ what: String, _ discovery: inout Discovery, with add: (inout Discovery) -> Void,
    remove: (inout Discovery) -> Void
  ) {
    var alone = Discovery()
    add(&alone)
    guard let problem = problem(alone) else { return }
    remove(&discovery)
    discovery.found.removeAll { $0.place == what }
    discovery.leftOut.append(Discovery.Remark(what, problem))
  }

  /// The error of loading the manifest; nil if there is none.
  private func problem(_ discovery: Discovery) -> String? {
    let text = ManifestDraft(place: place, discovery: discovery).text(withoutNewFiles: true)
    do {
      _ = try Manifest.read(Array(text.utf8), of: place.manifest, today: Day.containing(.now))
      return nil
    } catch {
      let lines = error.message.split(separator: "\n")
      let isOther = error.file != nil && error.file != place.manifest
      let file = isOther ? "\(error.file ?? ""):\(error.line ?? 1): " : ""
      return file + lines.prefix(2).joined(separator: "; ")
    }
  }
}

extension Discovery.Step {
  /// The path by which reports name it.
  var place: String {
    switch self {
    case .migrations(let path, _), .file(let path): path
    case .command(_, let directory, let inputs): inputs.first ?? directory
    }
  }
}
