import PlanCore
import Testing

@Suite struct `Merging the outcomes of shards` {
  private static let selection = Selection(caseCount: 5, fingerprint: "aa")

  private func item(_ position: Int?, _ verdict: Verdict = .passed, server: ServerVersion? = nil) -> CaseOutcome {
    var item = CaseOutcome(query: "q\(position ?? 0)", caseName: nil, verdict: verdict)
    item.position = position
    item.server = server
    return item
  }

  /// Makes a report: `b.json` is shard 2 of 3, with these cases.
  private func shard(
    _ index: Int, of count: Int = 3, _ positions: [Int] = [], _ change: (inout RunOutcome) -> Void = { _ in }
  ) -> ReportedOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.servers = ["15.18"]
    run.selection = Self.selection
    run.shard = Shard(index: index, count: count)
    run.duration = .seconds(index)
    run.cases = positions.map { item($0) }
    change(&run)
    return ReportedOutcome(file: ["", "a", "b", "c", "d"][index] + ".json", outcome: run)
  }

  private func merged(_ reports: ReportedOutcome..., problems: [String] = []) -> RunOutcome {
    OutcomeMerge.outcome(
      of: reports, problems: problems, orElse: RunOutcome(plangateVersion: "0.1.0", manifest: "none.yml"))
  }

  private func names(_ run: RunOutcome) -> [String] { run.cases.map(\.query) }

  @Test func `keeps the manifest's order for any order of reports`() {
    let run = merged(shard(3, [3]), shard(1, [1, 4]), shard(2, [2, 5]))
    #expect(run.error == nil && run.result == .passed)
    #expect(names(run) == ["q1", "q2", "q3", "q4", "q5"])
    #expect(run.shard == nil)
    #expect(run.selection == Self.selection)
    #expect(run.server == "15.18")
    #expect(run.manifest == "queries/manifest.yml")
    #expect(run.duration == .seconds(3))
  }

  @Test func `accepts a shard without cases, even without a server`() {
    let run = merged(shard(1, of: 2, [1, 2, 3, 4, 5]), shard(2, of: 2) { $0.servers = [] })
    #expect(run.error == nil && run.cases.count == 5)
  }

  @Test func `of a whole run is unchecked if a case is missing`() {
    let whole = shard(1, [1, 2, 3, 4, 5]) { $0.shard = nil }
    #expect(merged(whole).error == nil && merged(whole).result == .passed)
    let damaged = merged(shard(1, [1, 2, 4, 5]) { $0.shard = nil })
    #expect(damaged.error == "the run judged 4 of 5 cases")
    #expect(damaged.result == .unchecked && damaged.cases.count == 4)
    let ended = merged(shard(1, [1]) { ($0.shard, $0.error) = (nil, "the seed failed") })
    #expect(ended.error == "the seed failed")
  }

  @Test func `fails when one case of a shard fails`() {
    let run = merged(shard(1, of: 2, [1, 2, 3, 4]), shard(2, of: 2) { $0.cases = [self.item(5, .regressed)] })
    #expect(run.error == nil && run.result == .failed)
  }

  @Test func `keeps --strict`() {
    let run = merged(
      shard(1, of: 2, [1, 2, 3, 4]) { $0.isStrict = true },
      shard(2, of: 2) {
        $0.isStrict = true
        $0.cases = [self.item(5, .changed)]
      })
    #expect(run.isStrict && run.result == .failed)
  }

  @Test func `lists each note once`() {
    let run = merged(
      shard(1, of: 2, [1, 2, 3]) { $0.notes = [Note("all"), Note("one")] },
      shard(2, of: 2, [4, 5]) { $0.notes = [Note("two"), Note("all")] })
    #expect(run.notes.map(\.text) == ["all", "one", "two"])
  }

  @Test func `notes different minors of a major`() {
    let run = merged(shard(1, of: 2, [1, 2, 3]), shard(2, of: 2, [4, 5]) { $0.servers = ["15.20"] })
    #expect(run.error == nil)
    #expect(run.notes.map(\.text) == ["the shards ran on different servers: PostgreSQL 15.18, 15.20"])
  }

  // MARK: What makes it unchecked

  /// The error of a merge that still has the cases of these queries.
  private func error(_ run: RunOutcome, _ cases: [String]) -> String? {
    #expect(run.result == .unchecked)
    #expect(names(run) == cases)
    return run.error
  }

  @Test func `names the shards that are missing`() {
    #expect(error(merged(shard(1, [1]), shard(3, [2])), ["q1", "q2"]) == "shard 2 of 3 is missing")
    #expect(error(merged(shard(3, [2])), ["q2"]) == "2 of 3 shards are missing: 1, 2")
    let some = error(merged(shard(2, of: 1_000_000_000, [2])), ["q2"])
    #expect(some?.hasPrefix("999999999 of 1000000000 shards are missing: 1, 3, 4, 5") == true)
    #expect(some?.hasSuffix(", 20, 21 …") == true)
  }

  @Test func `refuses two reports of one shard`() {
    #expect(
      error(
        merged(
          shard(1, of: 2, [1, 2]), shard(2, of: 2, [3, 4, 5]),
          ReportedOutcome(file: "x", outcome: shard(1, of: 2, [1]).outcome)),
        ["q1", "q2", "q3", "q4", "q5"]) == "x: a.json is shard 1/2 as well; it is left out")
  }

  @Test func `refuses another number of shards`() {
    #expect(
      error(merged(shard(1, of: 2, [1]), shard(2, of: 4, [2])), ["q1"])
        == "b.json: it is shard 2/4, and a.json is shard 1/2; it is left out\nshard 2 of 2 is missing")
  }

  @Test func `refuses a whole run beside another report`() {
    #expect(
      error(merged(shard(1, of: 2, [1]), shard(2, [2]) { $0.shard = nil }), ["q1"])
        == "b.json: this is the report of a whole run, which cannot be joined with another; it is left out\n"
        + "shard 2 of 2 is missing")
    #expect(
      error(merged(shard(1, [1]) { $0.shard = nil }, shard(2, of: 2, [2])), ["q1"])
        == "b.json: a.json is the report of a whole run, which cannot be joined with another; it is left out")
  }

  @Test func `the whole names the given server of its parts`() {
    let whole = merged(shard(1, [1]) { $0.serverAddress = "localhost:5432" }, shard(2, [2]))
    #expect(whole.serverText == "15.18 (given: localhost:5432)")
  }

  @Test func `refuses reports of different runs`() {
    func problem(_ change: @escaping (inout RunOutcome) -> Void) -> String? {
      let first = ", and a.json of "
      return error(merged(shard(1, of: 2, [1, 2, 3]), shard(2, of: 2, [4, 5], change)), ["q1", "q2", "q3"])
        .map { $0.replacing("; it is left out\nshard 2 of 2 is missing", with: "").replacing(first, with: " / ") }
    }
    #expect(problem { $0.manifest = "x.yml" } == "b.json: it is of the manifest x.yml / queries/manifest.yml")
    #expect(
      problem { $0.manifestInRepository = "api/queries/manifest.yml" }
        == "b.json: it is of the manifest api/queries/manifest.yml / queries/manifest.yml")
    #expect(problem { $0.plangateVersion = "0.2.0" } == "b.json: it is of plangate 0.2.0 / 0.1.0")
    #expect(
      problem { $0.before = StateLabel("main@ab12") }
        == "b.json: it compares with main@ab12, and a.json with the baseline")
    #expect(problem { $0.servers = ["16.4"] } == "b.json: it is of PostgreSQL 16.4 / 15.18")
    #expect(problem { $0.servers = ["150.1"] } == "b.json: it is of PostgreSQL 150.1 / 15.18")
    #expect(problem { $0.servers = ["15.18", "16.4"] } == "b.json: it is of PostgreSQL 15.18, 16.4 / 15.18")
    #expect(problem { $0.isStrict = true } == "b.json: it was judged with --strict, and a.json was not")
    #expect(
      problem { $0.selection = Selection(caseCount: 5, fingerprint: "bb") }
        == "b.json: it is of another set of cases than a.json: the manifest, a query or the names on the command line "
        + "differ")
  }

  @Test func `reports a run that ended early and keeps the others' cases`() {
    let early = shard(2, of: 2) {
      $0.error = "the seed failed\nseed.sql:3"
      ($0.servers, $0.selection) = ([], nil)
    }
    let expected = "shard 2/2 (b.json): the run ended early: the seed failed\nseed.sql:3"
    #expect(error(merged(shard(1, of: 2, [1, 2, 3]), early), ["q1", "q2", "q3"]) == expected)
    #expect(error(merged(early, shard(1, of: 2, [1, 2, 3])), ["q1", "q2", "q3"]) == expected)
  }

  @Test func `reports what could not be read`() {
    #expect(
      error(merged(shard(1, of: 2, [1]), problems: ["b.json: no such file"]), ["q1"])
        == "b.json: no such file\nshard 2 of 2 is missing")
    let nothing = merged(problems: ["b.json: no such file"])
    #expect(error(nothing, []) == "b.json: no such file")
    #expect(nothing.manifest == "none.yml")
  }

  @Test func `counts the cases: none may be missing or appear twice`() {
    #expect(
      error(merged(shard(1, of: 2, [1, 2]), shard(2, of: 2, [4, 5])), ["q1", "q2", "q4", "q5"])
        == "the shards judged 4 of 5 cases")
    #expect(
      error(merged(shard(1, of: 2), shard(2, of: 2)), []) == "the shards judged 0 of 5 cases")
    #expect(
      error(merged(shard(1, of: 2, [1, 2, 3]), shard(2, of: 2, [3, 4, 5])), ["q1", "q2", "q3", "q4", "q5"])
        == "the case q3 is in a.json and in b.json")
    #expect(
      error(merged(shard(1, of: 2, [1]) { $0.selection = nil }, shard(2, of: 2) { $0.selection = nil }), ["q1"])
        == "no report says how many cases were to be judged")
  }

  // MARK: Several servers

  @Test func `counts the cases on each server`() {
    func both(_ positions: [Int], _ servers: [ServerVersion]) -> [CaseOutcome] {
      positions.flatMap { position in servers.map { self.item(position, server: $0) } }
    }
    let whole = merged(
      shard(1, of: 2) { $0.cases = both([1, 3, 5], ["16.4", "15.18"]) },
      shard(2, of: 2) { $0.cases = both([2, 4], ["16.4", "15.18"]) })
    #expect(whole.error == nil)
    #expect(names(whole) == ["q1", "q1", "q2", "q2", "q3", "q3", "q4", "q4", "q5", "q5"])
    #expect(whole.cases.prefix(2).map(\.server) == ["16.4", "15.18"])
    let part = merged(
      shard(1, of: 2) { $0.cases = both([1, 3, 5], ["16.4", "15.18"]) },
      shard(2, of: 2) { $0.cases = both([2, 4], ["15.18"]) })
    #expect(part.error == "the shards judged 3 of 5 cases on PostgreSQL 16.4")
  }

  @Test func `keeps the order of servers of a run`() {
    func both(_ positions: [Int]) -> [CaseOutcome] {
      ["16.4", "15.18"].flatMap { (server: ServerVersion) in positions.map { self.item($0, server: server) } }
    }
    let whole = merged(
      shard(1, of: 2) { $0.cases = both([1]) }, shard(2, of: 2) { $0.cases = both([2, 3, 4, 5]) })
    #expect(whole.error == nil)
    #expect(names(whole) == ["q1", "q2", "q3", "q4", "q5", "q1", "q2", "q3", "q4", "q5"])
    #expect(whole.cases.map(\.server) == Array(repeating: "16.4", count: 5) + Array(repeating: "15.18", count: 5))
  }

  // MARK: One report

  @Test func `leaves the report of a whole run as it is`() {
    var report = shard(1, [5, 2]) {
      $0.shard = nil
      $0.selection = nil
      $0.error = "ended by signal 2"
    }
    #expect(error(merged(report), ["q5", "q2"]) == "ended by signal 2")
    report = shard(1, [2, 1]) { $0.shard = nil }
    #expect(names(merged(report)) == ["q2", "q1"])
  }

  @Test func `accepts the only shard of one`() {
    let run = merged(shard(1, of: 1, [1, 2, 3, 4, 5]))
    #expect(run.error == nil && run.shard == nil && run.cases.count == 5)
  }
}
