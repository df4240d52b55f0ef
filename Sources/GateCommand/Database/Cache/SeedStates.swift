import FoundationEssentials
import PlanCore
import Postgres

/// The states of a cluster on its way to the seeded and migrated database, each named after everything that it was made
/// from.
///
/// States with the same name are identical.
struct SeedStates: Sendable {
  struct Step: Sendable {
    let step: SeedStep
    /// The state after the step; nil when it depends on something that cannot be seen.
    let state: String?
    /// Whether rows may hold the time at which this step or an earlier one made them.
    let readsClock: Bool
  }

  /// The state of the cluster as `initdb` makes it.
  let initialised: String
  /// The steps of the seed.
  let steps: [Step]
  /// The vacuumed and analyzed state before the last step of the seed, if the result is the same from there on.
  ///
  /// Nil also under the same condition as a step's, for a manifest with migrations, and for a seed of one step.
  let beforeLast: String?
  /// The seeded, vacuumed and analyzed state, for a manifest with migrations; nil under the same condition as a step's.
  let seeded: String?
  /// The migrations, whose states are not analyzed.
  let migrations: [Step]
  /// The vacuumed and analyzed state; nil under the same condition as a step's.
  let analyzed: String?
  /// The name of the analyzed state and the queries together; nil under the same condition as a step's.
  let purpose: String?
  /// The reason that not all states have a name.
  let obstacle: String?

  /// Whether rows may hold the time at which they were made.
  var readsClock: Bool { (migrations.last ?? steps.last)?.readsClock ?? false }

  /// The states from the empty cluster on, up to the last one with a name.
  var chain: [String] {
    [initialised] + steps.compactMap(\.state) + [beforeLast, seeded].compactMap(\.self) + migrations.compactMap(\.state)
  }

  /// - Parameter open: returns the content of an archive or a compressed file, or nil if it cannot be read.
  init(
    _ manifest: Manifest, _ installation: ServerInstallation, cache: ClusterCache?,
    open: @escaping (String) -> SeedReader.Opened?
  ) {
    let configuration = manifest.configuration
    initialised = ContentHash.digits(
      of: ["initialised"] + installation.identity + [configuration.locale, configuration.encoding])
    var state: String? = ContentHash.digits(
      // The number rises when older entries must be ignored: version 1 contained seeds that had not finished.
      of: ["empty 2", Release.version, initialised, configuration.timeZone, "\(manifest.roles.count) roles"]
        + manifest.roles
        + configuration.settings.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    let reader = SeedReader(directory: manifest.directory, cache: cache, open: open)
    let clockReader = manifest.queries.first(where: \.readsClock)?.name
    var obstacle: String?
    var readsClock = false
    var definesClock = false
    var leavesRows = false
    func add(_ step: SeedStep) -> Step {
      if state != nil {
        let content = reader.content(of: step)
        // Definitions from an earlier archive may put the time into this step's rows.
        readsClock = readsClock || content.readsClock || definesClock
        definesClock = definesClock || content.definesClock
        leavesRows = content.leavesRows
        if let words = content.obstacle {
          obstacle = "\(step.description): \(words)"
        } else if readsClock, let clockReader {
          // Rows that were "a minute ago" when they were cached no longer are.
          obstacle =
            "\(step.description): it may read the clock, and so does the query \(clockReader)\(SeedStates.clockAdvice)"
        }
        state = obstacle == nil ? state.map { ContentHash.digits(of: [$0] + content.words) } : nil
      }
      return Step(step: step, state: state, readsClock: readsClock)
    }
    func stateAnalyzed(_ state: String?) -> String? {
      obstacle == nil ? state.map { ContentHash.digits(of: ["settled", $0]) } : nil
    }
    steps = manifest.seed.map(add)
    // Random samples are meant to differ.
    if obstacle == nil, !manifest.wholeStatistics { obstacle = "statistics: sampled" }
    if manifest.migrations.isEmpty {
      beforeLast = leavesRows ? stateAnalyzed(steps.dropLast().last?.state) : nil
      (seeded, migrations) = (nil, [])
    } else {
      beforeLast = nil
      state = stateAnalyzed(state)
      seeded = state
      migrations = manifest.migrations.map { add($0.step) }
    }
    analyzed = stateAnalyzed(state)
    purpose = analyzed.map { ContentHash.digits(of: ["purpose", $0] + manifest.queries.map(\.statement.text)) }
    self.obstacle = obstacle
  }

  /// What to do about it, as the end of a line.
  static let clockAdvice = "; if no plan depends on the time, write clock: ignore"

  /// The plan without the states whose rows may hold a time, used when queries turn out to read the clock.
  func withoutClock(because obstacle: String) -> SeedStates {
    func withoutClock(_ step: Step) -> Step {
      Step(step: step.step, state: step.readsClock ? nil : step.state, readsClock: step.readsClock)
    }
    return SeedStates(
      initialised: initialised, steps: steps.map(withoutClock),
      seeded: steps.last?.readsClock == true ? nil : seeded, migrations: migrations.map(withoutClock),
      obstacle: obstacle)
  }

  /// A plan without a name for the last state.
  private init(initialised: String, steps: [Step], seeded: String?, migrations: [Step], obstacle: String?) {
    self.initialised = initialised
    self.steps = steps
    beforeLast = nil
    self.seeded = seeded
    self.migrations = migrations
    (analyzed, purpose) = (nil, nil)
    self.obstacle = obstacle
  }

  /// A plan without names, so that nothing is taken from or put into a cache.
  init(uncached manifest: Manifest) {
    func unnamed(_ step: SeedStep) -> Step { Step(step: step, state: nil, readsClock: false) }
    self.init(
      initialised: "", steps: manifest.seed.map(unnamed), seeded: nil,
      migrations: manifest.migrations.map { unnamed($0.step) }, obstacle: nil)
  }
}

extension Query {
  /// Whether its plan may depend on the clock, by its text or one of its bound values.
  fileprivate var readsClock: Bool {
    ClockUse(statement.sql).decides
      || cases.contains { item in
        item.fetched.contains { SeedScan($0.statement.text, as: .statements).readsClock }
          || item.parameters.bound.contains { $0.value.map { SeedVocabulary.isClockDate(Array($0.utf8)) } ?? false }
      }
  }
}
