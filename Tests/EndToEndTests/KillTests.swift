import Foundation
import TestSupport
import Testing

/// SIGKILL at any moment leaves no process, nothing that is half written, and no work for people. `scripts/kill-test` does
/// the same a hundred times.
@Suite struct KillTests {
  private static let rounds = 1

  @Test func `plangate is killed`() throws {
    let project = try CachedProject()
    let length = try Self.length(of: project)
    for round in 0..<Self.rounds {
      // Every other round has no cache to start from.
      if round.isMultiple(of: 2) { try project.files.remove("cache") }
      let isRecord = Bool.random()
      let running = try Self.start(project, isRecord)
      usleep(UInt32(length * Double.random(in: 0...1) * 1_000_000))
      running.send(SIGKILL)
      let run = running.end()
      #expect([-SIGKILL, 0].contains(run.status), "\(run)")
      try Self.expectNothingLives(project, run)
      try Self.expectWhole(project)
      try Self.expectGreen(project)
    }
  }

  @Test func `the server is killed`() throws {
    let project = try CachedProject()
    let length = try Self.length(of: project)
    for round in 0..<Self.rounds {
      if round.isMultiple(of: 2) { try project.files.remove("cache") }
      let isRecord = Bool.random()
      let running = try Self.start(project, isRecord)
      let end = ContinuousClock.now + .seconds(length * Double.random(in: 0...1))
      var postmaster: Int32?
      // When there is none at that moment, the next one.
      while !running.hasEnded, ContinuousClock.now < end || postmaster == nil {
        postmaster = Self.postmaster(project) ?? postmaster
        usleep(2000)
      }
      if let postmaster { kill(postmaster, SIGKILL) }
      let run = running.end()
      #expect([0, 2].contains(run.status), "\(run)")
      try Self.expectNothingLives(project, run)
      #expect(try project.files.temporaryFiles() == [], "\(run)")
      try Self.expectWhole(project)
      if !isRecord {
        let report = try project.files.json()
        #expect((report.outcome == "passed") == (run.status == 0), "\(run)")
        #expect((report.outcome == "unchecked") == (run.status == 2), "\(run)")
      }
      try Self.expectGreen(project)
    }
  }

  // MARK: One round

  /// How long a run on an empty cache takes here and now, in seconds.
  private static func length(of project: CachedProject) throws -> Double {
    let run = try project.check()
    try expect(run, exits: 0)
    return run.duration / .seconds(1)
  }

  private static func start(_ project: CachedProject, _ isRecord: Bool) throws -> RunningProgram {
    guard isRecord else { return try project.start(["check", "-v", "--json", "report.json", "--junit", "junit.xml"]) }
    try? project.files.remove("baselines/items.plan")
    return try project.start(["record", "-v"])
  }

  /// The process of the server of a run, from the file that it writes.
  private static func postmaster(_ project: CachedProject) -> Int32? {
    let folders = (try? project.files.temporaryFiles()) ?? []
    let lines = folders.lazy.compactMap { try? project.files.read("tmp/\($0)/data/postmaster.pid") }.first
    return lines.flatMap { $0.split(separator: "\n").first }.flatMap { Int32($0) }.flatMap {
      kill($0, 0) == 0 ? $0 : nil
    }
  }

  private static func expectNothingLives(_ project: CachedProject, _ run: ProgramRun) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !project.files.processes().isEmpty, ContinuousClock.now < deadline { usleep(50_000) }
    #expect(project.files.processes() == [], "\(run)")
  }

  /// Reports and baselines are as before, or new, or not there.
  private static func expectWhole(_ project: CachedProject) throws {
    for (path, text) in try project.files.contents(of: "baselines") {
      #expect(path.hasSuffix(".plan"), "\(path)")
      #expect(try text == original("baselines/\(path)"), "\(path)")
    }
    if project.files.exists("report.json") { _ = try project.files.json() }
    if project.files.exists("junit.xml") { _ = try project.files.junit() }
  }

  private static func original(_ path: String) throws -> String { try CachedProject.recorded(path) }

  /// The next run is right, leaves nothing and has the cache whole.
  private static func expectGreen(_ project: CachedProject) throws {
    if !project.files.exists("baselines/items.plan") {
      try project.files.write("baselines/items.plan", original("baselines/items.plan"))
    }
    try expect(project.check(), exits: 0, stdout: ["2 passed"], leavingNothingIn: project.files)
    #expect(try project.unfinished() == [])
    let count = try project.entries().count
    try expect(project.plangate("cache", "list"), exits: 0, stdout: ["\(count) cluster"])
    try expect(
      project.check(), exits: 0, stdout: ["seed: from the cache", "2 passed"], leavingNothingIn: project.files)
  }

  // MARK: What runs leave that were killed too early

  @Test func `directories of dead runs go, all others stay`() throws {
    let project = try CachedProject()
    let base = project.files.temporaryDirectory
    for name in ["plangate-dead01", "plangate-open01", "plangate-toolong", "other-abc123"] {
      try project.files.write("tmp/\(name)/lock", "")
      try project.files.write("tmp/\(name)/data/PG_VERSION", "15\n")
      chmod("\(base)/\(name)", name == "plangate-open01" ? 0o755 : 0o700)
    }
    // Killed before it had a lock, and a stranger's of the same name.
    for name in ["plangate-early1", "plangate-strang"] {
      try project.files.makeDirectory("tmp/\(name)")
      chmod("\(base)/\(name)", 0o700)
    }
    try project.files.write("tmp/plangate-strang/file", "")
    try expect(project.check(), exits: 0)
    #expect(
      try project.files.temporaryFiles() == ["other-abc123", "plangate-open01", "plangate-strang", "plangate-toolong"])
  }
}
