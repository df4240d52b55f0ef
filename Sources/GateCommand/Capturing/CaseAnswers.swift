import OperatingSystem
import PlanCore
import Postgres
import Synchronization

/// A case to run, of its query.
typealias CaseWork = (query: Query, queryCase: QueryCase)

/// Which cases are run a second time in their session, by what their first run said.
///
/// The first run in a session looks up operators and types in the catalog, and its node counts those blocks; the second
/// does not, whatever ran before. It is also said to be warm.
typealias SecondRun = @Sendable (CaseID, Plan) -> Bool

/// An answer and how long it took.
struct TimedAnswer: Sendable {
  var answer: CaseAnswer
  var duration: Duration
  var started = ContinuousClock.now
  /// Whether it failed for what another case may have caused: a lost connection, or a lack of memory, disk or
  /// connections.
  var isDisturbed = false
  /// Whether no other case has a part in its blocks: it ran a second time, or had a session of its own.
  var isWarm = false
}

extension DatabaseState {
  /// Runs cases, several side by side: those that read in this database, those that write each in a clone of it.
  ///
  /// The answer of a case does not depend on its neighbours: one that got fewer parallel workers than planned because
  /// others had them, that did not end in time or that found no memory or disk is run once more alone.
  ///
  /// - Parameter secondRun: of cases that read; the second answer is the one that counts.
  /// - Returns: an answer for each case, in the order given.
  func answers(_ work: [CaseWork], secondRun: @escaping SecondRun) -> [TimedAnswer] {
    let answers = Answers(count: work.count)
    // Reading first: a template is copied only while nobody else is in it.
    run(Array(work.indices), jobs, into: answers, of: work.count) { index, reader in
      read(work[index], with: &reader, secondRun)
    }
    let writing = work.indices.filter { if case .writes = answers[$0].answer { true } else { false } }
    write(writing, of: work, jobs, into: answers)
    if jobs > 1 {
      let all = answers.all
      let crowded = work.indices.filter { all[$0].mayDepend(on: all, at: $0) }
      run(crowded.filter { !writing.contains($0) }, 1, into: answers, of: work.count) { index, reader in
        read(work[index], with: &reader, secondRun)
      }
      // One that was lost before it could say so turns out to write only now.
      let late = crowded.filter { index in
        if case .writes = answers[index].answer { true } else { writing.contains(index) }
      }
      write(late, of: work, 1, into: answers)
    }
    guard server.mayHaveCrashed, let damage = damage() else { return answers.all.map(advised) }
    // All of them: which came before the crash depends on how many run side by side.
    return answers.all.map { $0.replacingPlans(by: damage) }
  }

  /// Why nothing can be said any more after a crash of the server: its recovery empties unlogged tables.
  ///
  /// Nil when there is no such loss.
  private func damage() -> String? {
    do {
      let emptied = try server.connect(to: name).execute(
        """
        SELECT n.nspname || '.' || c.relname
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'u' AND c.relpages > 0
          AND pg_catalog.pg_relation_size(c.oid) = 0
        ORDER BY 1
        """
      ).rows.compactMap { $0.first ?? nil }
      if emptied.isEmpty { return nil }
      return "the server crashed under a case, and its recovery emptied what is UNLOGGED: "
        + emptied.joined(separator: ", ")
    } catch { return server.hasEnded ? nil : error.description }
  }

  /// The answer with what to do where a full disk is the reason that there is no plan.
  private func advised(_ answer: TimedAnswer) -> TimedAnswer {
    guard case .unchecked(let reason) = answer.answer, let advice = server.fullDiskAdvice(for: reason) else {
      return answer
    }
    var answer = answer
    answer.answer = .unchecked("\(reason)\n\(advice)")
    return answer
  }

  private func run(
    _ indices: [Int], _ jobs: Int, into answers: Answers, of work: Int,
    _ body: @escaping @Sendable (Int, inout Connection?) -> TimedAnswer
  ) {
    concurrently(indices.count, workers: jobs, { () -> Connection? in nil }) { position, reader in
      let index = indices[position]
      answers[index] = body(index, &reader)
      progress?.show("cases", answers.count, of: work)
    }
  }

  private func read(_ work: CaseWork, with reader: inout Connection?, _ secondRun: SecondRun) -> TimedAnswer {
    // The server would refuse it where nothing may be written.
    if work.query.statement.scanned.writesRows { return TimedAnswer(answer: .writes, duration: .zero) }
    var open = reader
    // A connection that is lost takes no other case with it.
    reader = nil
    var isWarm = false
    var answer = timed(work) { () throws(ServerError) in
      let connection = if let open { open } else { try server.connect(to: name) }
      open = connection
      var runner = CaseRunner(connection: connection, isWritable: false, time: serverTime, probe: probe)
      let first = try runner.run(work.queryCase, of: work.query, .calls)
      guard case .plans(var plans) = first else { return first }
      if plans.runsFunctions {
        guard case .plans(let watched) = try runner.runWatched(work.queryCase, of: work.query) else { return first }
        plans.inner = watched.inner
      }
      guard secondRun(work.query.id(of: work.queryCase), plans.plan) else { return .plans(plans) }
      isWarm = true
      runner.knownTypes = plans.parameterTypes
      guard case .plans(var second) = try runner.run(work.queryCase, of: work.query, .calls) else { return first }
      second.inner = plans.inner
      return .plans(second)
    }
    answer.isWarm = isWarm
    // A setting with a dot in its name that was once set is empty from then on, and no longer missing.
    if !answer.isDisturbed, !work.query.session.settings.keys.contains(where: { $0.contains(".") }) { reader = open }
    return answer
  }

  /// Runs cases that write, in clones that they share.
  private func write(_ indices: [Int], of work: [CaseWork], _ jobs: Int, into answers: Answers) {
    if indices.isEmpty { return }
    // A database that is copied must have no session. An error of reading the catalog is reported later.
    _ = try? catalog
    let clones = WritingClones(of: self, for: indices.map { work[$0].query.statement.sql }, jobs: jobs)
    defer { clones.abandon() }
    // What the cases do that met a clone which was not like the original.
    let known = Mutex<[Int: RelationActivity]>([:])
    var waiting = indices
    while !waiting.isEmpty {
      do {
        waiting = try clones.run(waiting) { index, clone in
          guard clone.serves(known.withLock { $0[index] }) else { return false }
          let (answer, activity) = write(work[index], in: clone, of: clones)
          guard let answer else {
            known.withLock { $0[index] = activity }
            return false
          }
          answers[index] = answer
          progress?.show("cases", answers.count, of: work.count)
          return true
        }
        let writers = waiting.filter { index in known.withLock { $0[index]?.writesCatalog == true } }
        waiting = writers + waiting.filter { !writers.contains($0) }
      } catch {
        for index in waiting { answers[index] = timed(work[index]) { () throws(ServerError) in throw error } }
        return
      }
    }
  }

  /// Runs a case that writes; what its last run left is taken back with what the next case leaves.
  ///
  /// - Returns: no answer if the case did not find everything like the original; and what it does, if that is known.
  private func write(
    _ work: CaseWork, in clone: WritingClone, of clones: WritingClones
  ) -> (TimedAnswer?, RelationActivity?) {
    var (open, last) = clone.take()
    var left = RelationActivity()
    var changed: Set<String>? = []
    let isNew = clone.isNew
    var isServed = clone.isLikeOriginal
    var answer = timed(work) { () throws(ServerError) in
      let connection = if let open { open } else { try server.connect(to: clone.name) }
      open = connection
      let runner = CaseRunner(connection: connection, isWritable: true, time: serverTime, probe: probe)
      let run = try runner.runWarm(work.queryCase, of: work.query, after: last) { (activity) throws(ServerError) in
        let new = try clones.restore(connection, after: activity)
        changed = changed.flatMap { old in new.map(old.union) }
      }
      left = run.left
      return run.answer
    }
    answer.isWarm = true
    var activity: RelationActivity?
    if case .plans(let plans) = answer.answer, let done = plans.activity {
      activity = done
      // What the case before left may not have been taken back whole. A case's own traces are there in any clone.
      let met = done.touched.intersection(last.written.keys)
      isServed = isNew || clone.serves(done) && (met.isEmpty || changed?.isDisjoint(with: met) == true)
      clone.markStale(changed)
      last = left
    } else {
      // Its plan without ANALYZE is made from the sizes of files alone.
      isServed = isNew || isServed && changed?.isEmpty == true
      clone.markStale(nil)
      last = RelationActivity()
    }
    // A setting with a dot in its name that was once set is empty from then on, and no longer missing.
    let leavesSettings = work.query.session.settings.keys.contains { $0.contains(".") }
    clone.keep(activity == nil || leavesSettings ? nil : open, after: last)
    return (isServed ? answer : nil, activity)
  }

  private func timed(_ work: CaseWork, _ body: () throws(ServerError) -> CaseAnswer) -> TimedAnswer {
    let started = ContinuousClock.now
    var answer: CaseAnswer
    var isDisturbed = false
    do { answer = try body() } catch {
      isDisturbed = error.isConnectionLost || error.lacksResources
      if error.isConnectionLost { server.recover() }
      answer = .unchecked(
        server.hasEnded
          ? "the server is gone\n\(server.logTail)"
          : error.lacksResources ? work.query.statement.error(error.description).description : error.description)
    }
    return TimedAnswer(
      answer: answer, duration: ContinuousClock.now - started, started: started, isDisturbed: isDisturbed)
  }
}

/// The answers as they come in from several threads.
private final class Answers: Sendable {
  private let answers: Mutex<[TimedAnswer?]>
  private let done = Atomic(0)

  init(count: Int) { answers = Mutex(Array(repeating: nil, count: count)) }

  subscript(index: Int) -> TimedAnswer {
    get { answers.withLock { $0[index] } ?? .missing }
    set {
      answers.withLock { $0[index] = newValue }
      // A case that writes is not done before it had its clone.
      if case .writes = newValue.answer { return }
      done.wrappingAdd(1, ordering: .relaxed)
    }
  }

  var all: [TimedAnswer] { answers.withLock { $0.map { $0 ?? .missing } } }

  /// How many are there; those that run again count once.
  var count: Int { min(done.load(ordering: .relaxed), answers.withLock { $0.count }) }
}

extension TimedAnswer {
  fileprivate static let missing = TimedAnswer(answer: .unchecked("it was not run"), duration: .zero)

  /// Whether the answer could be another one without the cases beside it.
  ///
  /// - Parameters:
  ///   - others: all answers.
  ///   - index: the position of this one.
  fileprivate func mayDepend(on others: [TimedAnswer], at index: Int) -> Bool {
    switch answer {
    case .plans(let plans): plans.plan.lacksWorkers
    // A case that had the machine to itself would only time out once more.
    case .timedOut: others.indices.contains { $0 != index && overlaps(others[$0]) }
    case .writes, .unchecked: isDisturbed
    }
  }

  private func overlaps(_ other: TimedAnswer) -> Bool {
    max(started, other.started) < min(started + duration, other.started + other.duration)
  }

  fileprivate func replacingPlans(by reason: String) -> TimedAnswer {
    switch answer {
    case .plans, .timedOut: TimedAnswer(answer: .unchecked(reason), duration: duration)
    case .writes, .unchecked: self
    }
  }
}

extension Plan {
  /// Whether fewer parallel workers started than were planned.
  fileprivate var lacksWorkers: Bool {
    var lacksWorkers = false
    root.forEachNode { node, _ in
      guard let planned = node.number("Workers Planned"), let launched = node.number("Workers Launched") else { return }
      if launched < planned, !node.isNeverExecuted { lacksWorkers = true }
    }
    return lacksWorkers
  }
}
