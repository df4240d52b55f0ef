import TestSupport
import Testing

/// Cases that time out.
@Suite struct TimedOutCaseTests {
  /// A project with one query that notes each of its runs in a file and sleeps, and others beside it.
  private static func project(others: Int) throws -> Project {
    let queries = (0..<others).map { "  - {name: other_\($0), sql: SELECT \($0) FROM pg_sleep(0.4)}\n" }.joined()
    let project = try Project([
      "queries/manifest.yml":
        "version: 1\nseed: [../seed/*.sql]\nqueries:\n  - {name: slow, sql: SELECT slow(), timeout: 700ms}\n" + queries
    ])
    try project.write(
      "seed/1.sql",
      """
      CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
        COPY (SELECT 'run') TO PROGRAM 'cat >> \(project.directory)/runs';
        PERFORM pg_sleep(60);
        RETURN 1;
      END $$;
      """)
    return project
  }

  @Test func `a case that times out alone runs once, and record names the limit to raise`() throws {
    let project = try Self.project(others: 0)
    let run = try project.plangate("record")
    try expect(
      run, exits: 2,
      stdout: [
        "slow: it ran for more than 700 ms and was stopped", "raise 'timeout:' of the query or of the manifest",
      ],
      leavingNothingIn: project)
    #expect(try project.read("runs") == "run\n")
  }

  @Test func `a case that times out beside others runs once more alone`() throws {
    let project = try Self.project(others: 3)
    let run = try project.plangate("check", "--jobs", "2")
    try expect(run, exits: 2, stdout: ["slow"], leavingNothingIn: project)
    #expect(try project.read("runs") == "run\nrun\n")
  }
}
