import Foundation
import TestSupport
import Testing

/// `plangate review`: changed plans are accepted or skipped, case by case, on a terminal.
@Suite struct ReviewTests {
  private static let files = [
    "seed.sql": """
    CREATE TABLE notes (id integer PRIMARY KEY, owner integer NOT NULL, kind integer NOT NULL);
    INSERT INTO notes SELECT n, n % 900, n % 700 FROM generate_series(1, 20000) AS n;
    CREATE INDEX notes_owner_idx ON notes (owner);
    CREATE INDEX notes_kind_idx ON notes (kind);

    """,
    "queries/manifest.yml": """
    version: 1
    seed: [../seed.sql]
    settings: {random_page_cost: 1.1}
    queries:
      - name: by_column
        sql: SELECT id FROM notes WHERE ($1 = 0 OR owner = $1) AND ($2 = 0 OR kind = $2)
        cases: {owner: [3, 0], kind: [0, 4], all: [0, 0]}
      - {name: by_id, sql: SELECT owner FROM notes WHERE id = 7}
      - {name: by_owner, sql: SELECT id FROM notes WHERE owner = 7}

    """,
  ]

  private static let recorded = Result { () throws -> Project in
    let project = try Project(files)
    let run = try project.plangate("record")
    guard run.status == 0 else { throw TestFailure("the project cannot be recorded\n\(run)") }
    try project.edit("seed.sql", "CREATE INDEX notes_owner_idx ON notes (owner);", "")
    try project.edit("seed.sql", "CREATE INDEX notes_kind_idx ON notes (kind);", "")
    return project
  }

  /// Runs a program on a terminal and presses a key at each question.
  private static let terminal = """
    import os, pty, sys
    keys, command = sys.argv[1], sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0: os.execvp(command[0], command)
    seen, pressed = b"", 0
    while True:
        try: data = os.read(terminal, 65536)
        except OSError: break
        if not data: break
        seen += data
        while pressed < len(keys) and seen.count(b"[q]uit") > pressed:
            os.write(terminal, keys[pressed].encode())
            pressed += 1
    status = os.waitpid(child, 0)[1]
    print(seen.decode(errors="replace").replace("\\r\\n", "\\n"))
    sys.exit(os.waitstatus_to_exitcode(status) & 255)
    """

  private func review(_ project: Project, keys: String, _ arguments: String...) throws -> ProgramRun {
    try project.start(
      ["review", "--color", "never"] + arguments, launcher: ["python3", "-c", Self.terminal, keys]
    ).end()
  }

  @Test func `some cases of a query are accepted, and the others stay as they were`() throws {
    let project = try Project(copying: Self.recorded.get())
    let before = try project.contents(of: "baselines")
    let run = try review(project, keys: "xaos", "by_column")
    try expect(
      run, exits: 1,
      stdout: [
        "1 of 2", "FAIL by_column@owner", "Seq Scan on public.notes", "2 of 2", "FAIL by_column@kind", "file:///",
        "review.html#case=by_column@kind", "written: baselines/by_column.plan", "1 accepted, 1 left as they were",
        "keep baselines under version control",
      ], leavingNothingIn: project)
    let after = try project.contents(of: "baselines")
    #expect(after["by_id.plan"] == before["by_id.plan"] && after["by_owner.plan"] == before["by_owner.plan"])
    // What was accepted passes from now on, and what was skipped fails as before, with its cause.
    try expect(
      project.plangate("check", "by_column", "--json", "report.json"), exits: 1, stdout: ["1 regressed", "2 passed"])
    let report = try project.json()
    #expect(try report["by_column@owner"].verdict == "passed" && report["by_column@all"].verdict == "passed")
    #expect(try report["by_column@kind"].findings.contains { $0.rule == "seq-scan" })
    // The rest is what record would write.
    try expect(review(project, keys: "aa"), exits: 0, stdout: ["2 accepted, 0 left as they were"])
    try expect(project.plangate("record", "--check", "by_column", "by_owner"), exits: 0)
    try expect(
      review(project, keys: ""), exits: 0, stdout: ["nothing to review: 5 cases are as the baselines have them"])
  }

  @Test func `q ends the questions`() throws {
    let project = try Project(copying: Self.recorded.get())
    let before = try project.contents(of: "baselines")
    try expect(
      review(project, keys: "q"), exits: 1, stdout: ["1 of 3", "0 accepted, 3 left as they were"], not: ["2 of 3"])
    #expect(try project.contents(of: "baselines") == before)
  }

  @Test func `a new query, and one that cannot be checked`() throws {
    let project = try Project(copying: Self.recorded.get())
    try project.append(
      "queries/manifest.yml", "  - {name: fresh, sql: SELECT 1}\n  - {name: wrong, sql: SELECT nothing}\n")
    try expect(
      review(project, keys: "a", "fresh", "wrong"), exits: 2,
      stdout: ["UNCHECKED wrong", "1 of 1", "written: baselines/fresh.plan", "1 accepted, 0 left as they were"])
    #expect(try project.contents(of: "baselines")["wrong.plan"] == nil)
  }

  @Test func `without a terminal it says what to run`() throws {
    let project = try Project(copying: Self.recorded.get())
    try expect(
      project.plangate("review"), exits: 2, stdout: [],
      stderr: ["plangate review asks on a terminal", "plangate record QUERY accepts the plans of a query"])
  }
}
