import FoundationEssentials
import PlanCore
import Postgres

/// The states that a cluster goes through on its way to the seeded database, each with the name of all that it was made
/// from. States of one name are the same.
struct SeedPlan: Sendable {
  struct Step: Sendable {
    let step: SeedStep
    /// The state after the step; nil when it rests on something that cannot be seen.
    let state: String?
    /// Whether rows may hold the time at which this step or one before it made them.
    let readsClock: Bool
  }

  /// As `initdb` makes it.
  let initialised: String
  let steps: [Step]
  /// Vacuumed and analysed; nil like a step's.
  let settled: String?
  /// The name of the settled state and the queries together; nil like a step's.
  let purpose: String?
  /// Why not all states have a name.
  let obstacle: String?

  /// Whether rows may hold the time at which they were made.
  var readsClock: Bool { steps.last?.readsClock ?? false }

  /// The states from the empty cluster on, as far as they have a name.
  var chain: [String] { [initialised] + steps.compactMap(\.state) }

  /// - Parameter archiveSchema: what the archive at a path defines, as SQL; nil where that cannot be read.
  init(
    _ manifest: Manifest, _ installation: ServerInstallation, cache: ClusterCache?,
    archiveSchema: @escaping (String) -> String?
  ) {
    let configuration = manifest.configuration
    initialised = ContentHash.digits(
      of: ["initialised"] + installation.identity + [configuration.locale, configuration.encoding])
    var state: String? = ContentHash.digits(
      // The number rises when what was kept before must not count: 1 had seeds that had not run to their end.
      of: ["empty 2", Release.version, initialised, configuration.timeZone, "\(manifest.roles.count) roles"]
        + manifest.roles
        + configuration.settings.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    let reader = SeedReader(directory: manifest.directory, cache: cache, archiveSchema: archiveSchema)
    let queriesReadClock = manifest.queries.contains(where: \.readsClock)
    var steps: [Step] = []
    var obstacle: String?
    var readsClock = false
    var definesClock = false
    for step in manifest.seed {
      if state != nil {
        let content = reader.content(of: step)
        // What an archive before it defines may put the time into this step's rows.
        readsClock = readsClock || content.readsClock || definesClock
        definesClock = definesClock || content.definesClock
        if let words = content.obstacle {
          obstacle = "\(step.description): \(words)"
        } else if readsClock, queriesReadClock {
          // Rows that were "a minute ago" when they were cached are no longer.
          obstacle = "\(step.description): it may read the clock, and queries do"
        }
        state = obstacle == nil ? state.map { ContentHash.digits(of: [$0] + content.words) } : nil
      }
      steps.append(Step(step: step, state: state, readsClock: readsClock))
    }
    self.steps = steps
    // Random samples are meant to differ.
    if obstacle == nil, !manifest.wholeStatistics { obstacle = "statistics: sampled" }
    settled = obstacle == nil ? state.map { ContentHash.digits(of: ["settled", $0]) } : nil
    purpose = settled.map { ContentHash.digits(of: ["purpose", $0] + manifest.queries.map(\.statement.text)) }
    self.obstacle = obstacle
  }

  /// The same without the states whose rows may hold a time, since queries turned out to look at the clock.
  func withoutClock(because obstacle: String) -> SeedPlan {
    SeedPlan(
      initialised: initialised,
      steps: steps.map { Step(step: $0.step, state: $0.readsClock ? nil : $0.state, readsClock: $0.readsClock) },
      settled: nil, purpose: nil, obstacle: obstacle)
  }

  private init(initialised: String, steps: [Step], settled: String?, purpose: String?, obstacle: String?) {
    self.initialised = initialised
    self.steps = steps
    self.settled = settled
    self.purpose = purpose
    self.obstacle = obstacle
  }

  /// Without names: nothing of it is in a cache or comes into one.
  init(uncached manifest: Manifest) {
    self.init(
      initialised: "", steps: manifest.seed.map { Step(step: $0, state: nil, readsClock: false) }, settled: nil,
      purpose: nil, obstacle: nil)
  }
}

extension Query {
  /// Whether its text or a value that is bound to it is the clock.
  fileprivate var readsClock: Bool {
    SeedScan(statement.text, as: .statements).readsClock
      || cases.contains { item in
        item.parameters.bound.contains { $0.value.map { SeedVocabulary.isClockDate(Array($0.utf8)) } ?? false }
      }
  }
}
