import Postgres

/// What to do after `plangate init`.
struct NextSteps {
  let place: ManifestPlace
  let discovery: Discovery
  let environment: [String: String]

  /// The lines of the steps after a manifest was written.
  var afterInit: [String] {
    var steps: [(command: String, text: String)] = []
    let edit = "edit \(place.manifest)"
    if discovery.isSupabase {
      steps.append((edit, "give request.jwt.claims the sub of a user that your rows have"))
    }
    let needing = discovery.needingValues
    if needing > 0 {
      let queries = needing == 1 ? "the query that needs" : "the \(needing) queries that need"
      steps.append(
        (
          "plangate params --write\(place.option)\(postgres)",
          "proposes values for \(queries) them; or edit the manifest"
        ))
    }
    let hasQueries = !discovery.queries.isEmpty
    if !discovery.isEmpty, !hasQueries { steps.append((edit, "list the queries that matter")) }
    steps.append(("plangate record\(place.option)\(postgres)", "writes the baselines; review and commit them"))
    steps.append(
      (
        "plangate check\(place.option)",
        discovery.isEmpty
          ? "passes; drop the index from the seed and it fails"
          : "compares; accept intended changes with plangate record"
      ))
    if discovery.isEmpty { steps.append((edit, "replace the example with your migrations, rows and queries")) }
    return lines(steps)
  }

  /// The lines of the steps where a manifest existed.
  var withManifest: [String] {
    lines([
      ("plangate record\(place.option)", "writes the baselines; review and commit them"),
      ("plangate check\(place.option)", "compares; accept intended changes with plangate record"),
      ("edit \(place.manifest)", "list the queries that matter"),
    ])
  }

  /// The option for the version that was found, if plangate would take another server by itself.
  private var postgres: String {
    guard let major = discovery.versions.first?.major,
      (try? ServerInstallation.locate(String(major), environment: environment)) != nil,
      (try? ServerInstallation.locate(nil, environment: environment))?.major != major
    else { return "" }
    return " --postgres \(major)"
  }

  private func lines(_ steps: [(command: String, text: String)]) -> [String] {
    let width = steps.map(\.command.count).max() ?? 0
    return steps.enumerated().map { index, step in
      let command = step.command + String(repeating: " ", count: width - step.command.count)
      return "  \(index + 1). \(command)  \(step.text)"
    }
  }
}
