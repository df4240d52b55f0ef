import Foundation
import TestSupport
import Testing

/// What the manifest says of a step: its name and its transaction.
@Suite struct SeedStepTests {
  private static func project(_ steps: String, _ files: [String: String]) throws -> Project {
    var files = files
    files["queries/manifest.yml"] = """
      version: 1
      seed:
        - ../seed/*.sql
      \(steps)
      queries:
        - {name: one, sql: SELECT count(*) FROM t}

      """
    if files["seed/V1__t.sql"] == nil { files["seed/V1__t.sql"] = "CREATE TABLE t (id integer, xid xid8);\n" }
    return try Project(files)
  }

  private static let twoRows = """
    INSERT INTO t VALUES (1, pg_current_xact_id());
    INSERT INTO t VALUES (2, pg_current_xact_id());

    """
  /// Fails unless the rows of `t` come from as many transactions as it says.
  private static func expecting(_ transactions: Int) -> String {
    "SELECT 1 / (count(DISTINCT xid) = \(transactions))::integer FROM t;\n"
  }

  @Test func `a file runs in one transaction if the step says so`() throws {
    for (mode, transactions) in [("true", 1), ("auto", 1), ("false", 2)] {
      let project = try Self.project(
        "  - {file: ../two.sql, transaction: \(mode)}\n  - ../test.sql",
        ["two.sql": Self.twoRows, "test.sql": Self.expecting(transactions)])
      try expect(project.plangate("record", "--no-cache"), exits: 0)
    }
  }

  @Test(arguments: [
    ("BEGIN;\n\(twoRows)COMMIT;\n", 1), ("CREATE INDEX CONCURRENTLY i ON t (id);\n\(twoRows)", 2),
    ("CREATE TYPE e AS ENUM ('a');\nALTER TYPE e ADD VALUE 'b';\nSELECT 'b'::e;\n\(twoRows)", 2),
    ("\\ir vacuum.sql\n\(twoRows)", 2),
  ])
  func `auto leaves files alone that a transaction would break`(text: String, transactions: Int) throws {
    let project = try Self.project(
      "  - {file: ../two.sql, transaction: auto}\n  - ../test.sql",
      ["two.sql": text, "vacuum.sql": "VACUUM t;\n", "test.sql": Self.expecting(transactions)])
    try expect(project.plangate("record", "--no-cache"), exits: 0)
  }

  @Test(arguments: [
    (
      "SELECT 1;\nBEGIN;\nCOMMIT;\n",
      "two.sql:2: error: BEGIN controls a transaction, and 'transaction: true' puts one around the file\n"
        + "remove it, or write 'transaction: false'"
    ),
    (
      "VACUUM t;\n",
      "two.sql:1: error: VACUUM T cannot run in the transaction of 'transaction: true'\n"
        + "give it a file of its own, or write 'transaction: auto'"
    ),
    ("SELECT 1;\nSELECT 1 / 0;\n", "two.sql:2: error: the seed step 'two rows' failed: division by zero"),
    // The transaction failed, and COMMIT would roll it back without a word.
    (
      "\\set ON_ERROR_STOP off\nSELECT 1 / 0;\n\\set ON_ERROR_STOP on\n",
      "current transaction is aborted, commands ignored until end of transaction block"
    ),
    // Ended by a statement that the text does not show.
    (
      "SELECT 'COMMIT' \\gexec\n",
      "the file ends the transaction that 'transaction:' puts around it; write 'transaction: false'"
    ),
  ])
  func `what does not go with a transaction is an error`(text: String, message: String) throws {
    let project = try Self.project(
      "  - {file: ../two.sql, transaction: true, name: two rows}", ["two.sql": text])
    try expect(project.plangate("record", "--no-cache"), exits: 2, stderr: [message])
  }

  @Test func `an archive is restored in one transaction`() throws {
    let dump = try Dumps.made(by: .distribution).path("custom.2")
    let project = try Self.project(
      "  - {file: \(dump), transaction: true, name: the dump}\n  - ../test.sql",
      [
        "test.sql": """
        SELECT 1 / ((SELECT xmin FROM pg_namespace WHERE nspname = 'app')::text
          = (SELECT DISTINCT xmin::text FROM app.orders))::integer;

        """
      ])
    try expect(
      project.plangate("record", "--no-cache"), exits: 2, stderr: ["the seed step 'the dump' failed", "roles: ["])
    try project.edit("queries/manifest.yml", "seed:\n", "roles: auto\nseed:\n")
    try expect(project.plangate("record", "--no-cache"), exits: 0)
  }

  @Test func `names are what progress, errors and notes call the steps`() throws {
    let project = try Self.project(
      """
        - {file: ../two.sql, name: two rows}
        - run: |
            set -e
            cd ..
            exit 3
      """, ["two.sql": Self.twoRows])
    let run = try project.plangate("record", "-v", "--no-cache")
    try expect(
      run, exits: 2, stdout: ["seed: two rows ("], stderr: ["the seed step 'exit 3 …' failed (exit status 3)"])
  }

  @Test func `check says once where files run in another order than by bytes`() throws {
    let project = try Self.project(
      "", ["seed/V2__a.sql": "INSERT INTO t VALUES (1);\n", "seed/V10__b.sql": "ALTER TABLE t DROP COLUMN id;\n"])
    try expect(project.plangate("record"), exits: 0)
    let run = try project.plangate("check")
    let note =
      "note: ../seed/*.sql runs in natural order (V1__t.sql, V2__a.sql, V10__b.sql); by bytes, as before, it was "
      + "V10__b.sql, V1__t.sql, V2__a.sql. To keep an order, list the files\n"
    #expect(run.status == 0 && run.stdout.components(separatedBy: note).count == 2, "\(run)")
    try project.edit("queries/manifest.yml", "  - ../seed/*.sql\n", "  - ../seed/V1*.sql\n  - ../seed/V2__a.sql\n")
    try expect(project.plangate("check"), exits: 2, not: ["natural order (V1__t.sql, V2"])
  }
}
