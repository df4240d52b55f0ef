import PlanCore
import Postgres

/// Runs the way down of a migration on a clone, and compares with the state before the migration.
struct WayDown {
  let run: GateRun
  let migration: Migration
  /// The state before the migration, and its plans.
  let before: DatabaseState
  let plans: Capture
  /// The state after it.
  let after: DatabaseState
  /// The tables that the migration wrote to.
  let written: Set<RelationName>

  /// What the way down does not bring back; nil for a migration without one.
  func problems() throws(Diagnostic) -> [String]? {
    guard case .file(let file) = migration.source, let (script, path, text) = try script(of: file) else { return nil }
    _ = try after.catalog
    let name = after.server.newState()
    do { try after.server.copy(after.name, to: name) } catch { throw after.server.diagnostic(error) }
    defer { try? after.server.drop(name) }
    let basis = try DatabaseState.basis(name, on: after.server)
    let observer = MigrationObserver(file: path)
    do {
      try MigrationRunner(server: after.server, database: name, observer: observer).run(script, of: path, text)
    } catch {
      try checkInterruption()
      var error = error
      error.message = "the way down of \(migration.name) failed: \(error.message)"
      throw error
    }
    var down = try DatabaseState(
      analyzing: name, on: after.server, manifest: after.manifest, after.steps, since: basis)
    (down.jobs, down.progress) = (after.jobs, after.progress)
    return try differences(down, written.union(observer.report.statements.flatMap(\.rowsWritten.keys)))
  }

  private func script(
    of file: MigrationFile
  ) throws(Diagnostic) -> (script: MigrationScript, path: String, text: String)? {
    let path = file.downPath ?? file.path
    let text = String(decoding: try readFile(path, "a migration"), as: UTF8.self)
    guard let script = file.down(text), !script.statements.isEmpty else { return nil }
    return (script, path, text)
  }

  private func differences(_ down: DatabaseState, _ written: Set<RelationName>) throws(Diagnostic) -> [String] {
    var problems: [String] = []
    do {
      let (old, new) = (try before.server.connect(to: before.name), try down.server.connect(to: down.name))
      problems += try CatalogLines(old).differences(to: try CatalogLines(new))
      let (places, newPlaces) = (try TableContents.places(old), try TableContents.places(new))
      // A column at its old position, in a table without writes, still has its values.
      var doubtful = Set(written.map { "\(quotedIdentifier($0.schema)).\(quotedIdentifier($0.name))" })
      for (column, place) in places where newPlaces[column].map({ $0.place != place.place }) ?? false {
        doubtful.insert(place.table)
      }
      problems += try TableContents(of: doubtful, old).differences(to: try TableContents(of: doubtful, new))
      before.server.keep(old, to: before.name)
      down.server.keep(new, to: down.name)
    } catch { throw down.server.diagnostic(error) }
    let outcome = judge(
      now: try down.capture(of: run.selected), before: plans, policies: run.manifest.policies(of: run.selected))
    for item in outcome.cases {
      // A case of a column that the migration brings has no plan before it, and none after the way down.
      guard case .plan? = plans[item.id]?.result else { continue }
      if item.comparison?.isShapeChanged ?? true { problems.append("the plan of \(item.name)") }
    }
    return problems
  }
}
