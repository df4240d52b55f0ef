import OperatingSystem
import Postgres
import Reporting

/// The command `plangate init`.
struct InitRun {
  /// Whether the files are printed instead of written.
  let isDry: Bool
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    let place = ManifestPlace.choose()
    let hasManifest = place.hasManifest
    let repository = RepositoryRoot()
    var discovery = Discovery(of: ProjectTree())
    try checkInterruption()
    if !hasManifest { LoadableManifest(place: place).restrict(&discovery) }
    addHints(repository, hasManifest: hasManifest, to: &discovery)
    let project = project(place, discovery, repository, hasManifest: hasManifest)
    report(discovery, hasManifest: hasManifest)
    if isDry { return show(project) }
    guard try write(project) else { return .unchecked }
    if hasManifest { console.say("            no example written, because a manifest exists") }
    let steps = NextSteps(place: place, discovery: discovery, environment: environment)
    console.say("\nNext:\n" + (hasManifest ? steps.withManifest : steps.afterInit).joined(separator: "\n"))
    return .passed
  }

  /// The files to write.
  ///
  /// The manifest comes last, so that it never names files that could not be written.
  private func project(
    _ place: ManifestPlace, _ discovery: Discovery, _ repository: RepositoryRoot, hasManifest: Bool
  ) -> [StarterProject.File] {
    let workflow = StarterProject.File(
      path: repository.workflow,
      text: WorkflowDraft(place: place, discovery: discovery, directory: repository.directory).text)
    let starter = StarterProject(place: place)
    // Without an existing manifest only: its glob might otherwise take the example for a seed.
    if hasManifest { return [workflow, starter.manifest] }
    if discovery.isEmpty { return [StarterProject.example, starter.query, workflow, starter.manifest] }
    var files: [StarterProject.File] = []
    if discovery.isSupabase {
      files.append(
        StarterProject.File(path: "\(place.directory)/\(SupabasePrelude.fileName)", text: SupabasePrelude.text))
    }
    let manifest = ManifestDraft(place: place, discovery: discovery).text()
    return files + [workflow, StarterProject.File(path: place.manifest, text: manifest)]
  }

  private func addHints(_ repository: RepositoryRoot, hasManifest: Bool, to discovery: inout Discovery) {
    if discovery.isEmpty, !hasManifest, !repository.directory.isEmpty {
      discovery.unclear.append(
        Discovery.Remark(".", "nothing found below this directory; the repository begins at \(repository.path)"))
    }
    guard let version = discovery.versions.first, !hasManifest else { return }
    do { _ = try ServerInstallation.locate(String(version.major), environment: environment) } catch {
      let found = error.message.split(separator: "\n").first.map(String.init) ?? error.message
      discovery.unclear.append(
        Discovery.Remark(
          version.place, "\(found): install it before you record, because baselines belong to a major version"))
    }
  }

  // MARK: The report

  private func report(_ discovery: Discovery, hasManifest: Bool) {
    guard !hasManifest else {
      for remark in discovery.found where remark.text.hasPrefix("PostgreSQL ") { line("found", remark) }
      return
    }
    for remark in discovery.found { line("found", remark) }
    for remark in discovery.leftOut { line("left out", remark) }
    for remark in discovery.unclear { line("unclear", remark) }
    guard discovery.isEmpty else { return }
    console.say("found       no migrations, rows or queries that plangate knows; the files are an example")
  }

  private func line(_ word: String, _ remark: Discovery.Remark) {
    let label = word + String(repeating: " ", count: 12 - word.count)
    console.say("\(label)\(remark.place.visible): \(remark.text.visible)")
  }

  // MARK: The files

  private static let nothingWritten = "error: nothing was written: all files already exist"

  /// Prints the files that do not exist yet.
  private func show(_ files: [StarterProject.File]) -> ExitStatus {
    let new = files.filter { !ProjectTree.exists($0.path) }
    for file in files where !new.contains(file) { console.say("kept        \(file.path.visible) (exists)") }
    for file in new { console.print("\n--- \(file.path.visible)\n\(file.text.visibleText)") }
    if new.isEmpty { Console.error(InitRun.nothingWritten) }
    return new.isEmpty ? .unchecked : .passed
  }

  /// Writes the files.
  ///
  /// - Returns: whether something was written and nothing failed.
  private func write(_ files: [StarterProject.File]) throws(Diagnostic) -> Bool {
    var (isWritten, hasFailed) = (false, false)
    for (index, file) in files.enumerated() {
      if hasFailed, index == files.count - 1 { break }
      try checkInterruption()
      switch NewFile.write(file.text, to: file.path) {
      case .written:
        isWritten = true
        console.say("wrote       \(file.path.visible)")
      case .kept: console.say("kept        \(file.path.visible) (exists)")
      case .failed(let reason):
        hasFailed = true
        Console.error(Diagnostic("cannot write the file: \(reason)", file: file.path).description)
      }
    }
    if !isWritten, !hasFailed { Console.error(InitRun.nothingWritten) }
    return isWritten && !hasFailed
  }
}
