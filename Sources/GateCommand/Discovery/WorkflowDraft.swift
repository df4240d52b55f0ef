import PlanCore

/// The GitHub workflow for the manifest.
struct WorkflowDraft {
  let place: ManifestPlace
  let discovery: Discovery
  /// The path from the repository's root to the directory with the manifest; empty if it is the root.
  let directory: String

  var text: String {
    StarterProject.workflow(
      manifest: directory.isEmpty ? place.manifest : YAMLText.comment("\(directory)/\(place.manifest)"),
      setUp: setUp, inputs: inputs)
  }

  /// The steps before the action, with their indentation.
  private var setUp: [String] {
    guard discovery.needsPython else { return [] }
    var lines = ["      - uses: actions/setup-python@v5", "        with: {python-version: \"3.x\"}"]
    for command in discovery.setUp where WorkflowDraft.isSafe(command) {
      lines.append("      - run: \(YAMLText.scalar(command))")
      if !directory.isEmpty, WorkflowDraft.isSafe(directory) {
        lines.append("        working-directory: \(YAMLText.scalar(directory))")
      }
    }
    return lines
  }

  /// The inputs of the action, by name.
  private var inputs: [(name: String, value: String)] {
    var inputs: [(String, String)] = []
    if !directory.isEmpty, WorkflowDraft.isSafe(directory) { inputs.append(("working-directory", directory)) }
    if place.manifest != Options.defaultManifest { inputs.append(("manifest", place.manifest)) }
    let major = discovery.versions.first?.major
    if let major { inputs.append(("postgres", String(major))) }
    let packages = Set(discovery.extensions.compactMap { ExtensionPackages.package(of: $0, major: major ?? 0) })
      .subtracting(["postgresql-\(major ?? 0)"]).sorted()
    if major != nil, !packages.isEmpty { inputs.append(("packages", packages.joined(separator: " "))) }
    let seed = cacheInputs
    if !seed.isEmpty { inputs.append(("cache-inputs", ([place.directory] + seed).joined(separator: " "))) }
    return inputs
  }

  /// The files and directories of the seed, which the key of the cache is made of.
  private var cacheInputs: [String] {
    var paths: [String] = []
    for step in discovery.schema {
      switch step {
      case .migrations(let path, _), .file(let path): paths.append(path)
      case .command(_, _, let inputs):
        paths += inputs.map { $0.replacing("/**/*.py", with: "").replacing("/*.py", with: "") }
      }
    }
    // The action divides them at spaces.
    return (paths + discovery.rows).filter { path in
      WorkflowDraft.isSafe(path) && !path.contains { $0.isWhitespace || "\\*?[".contains($0) }
    }
  }

  /// Whether a text means itself in a workflow, where GitHub fills in expressions.
  private static func isSafe(_ text: String) -> Bool { !text.contains("${{") && !text.contains(where: \.isNewline) }
}
