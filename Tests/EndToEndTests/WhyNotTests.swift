import TestSupport
import Testing

/// `plangate why-not TABLE`: who reads a table whole, and whether an index can serve it.
@Suite struct WhyNotTests {
  private static let files = [
    "seed.sql": """
    CREATE TABLE notes (id integer PRIMARY KEY, owner integer NOT NULL, title text NOT NULL);
    INSERT INTO notes SELECT n, n % 900, 'Title ' || n FROM generate_series(1, 20000) AS n;
    CREATE SCHEMA other;
    CREATE TABLE other.things (id integer);
    CREATE TABLE things (id integer);

    """,
    "queries/manifest.yml": """
    version: 1
    seed: [../seed.sql]
    settings: {random_page_cost: 1.1}
    queries:
      - {name: by_id, sql: SELECT title FROM notes WHERE id = 7}
      - {name: by_owner, sql: "SELECT title FROM notes WHERE owner = $1", params: [3]}
      - {name: by_title, sql: SELECT id FROM notes WHERE lower(title) = 'title 7'}
      - {name: all_of_them, sql: SELECT count(title) FROM notes}
      - {name: most, sql: SELECT title FROM notes WHERE id > 10}
      - {name: others, sql: SELECT id FROM things}

    """,
  ]

  @Test func `each reader of a table, and what would help it`() throws {
    let project = try Project(Self.files)
    let run = try project.plangate("why-not", "notes")
    try expect(
      run, exits: 0,
      stdout: [
        "public.notes: 20,000 rows, 1 index; 5 cases read it, 4 of them by a sequential scan",
        "\nby_owner\n  Seq Scan on public.notes, filter (notes.owner = 3)\n    no index can serve this condition\n"
          + "  make an index for the condition: buffers ",
        "\n    CREATE INDEX ON public.notes (owner);\n", "\n    CREATE INDEX ON public.notes ((lower(title)));\n",
        "\nall_of_them\n  Seq Scan on public.notes\n    it asks for all rows: there is no condition that an index could serve\n",
        "\nmost\n  Seq Scan on public.notes, filter (notes.id > 10)\n"
          + "    an index could serve it and the planner preferred the scan: cost ",
        " for Index Scan using notes_pkey", "without Seq Scans  ", "\nby_id: Index Scan using notes_pkey\n",
      ], not: ["things", "ON public.notes (id)"], leavingNothingIn: project)
  }

  @Test func `tables that are not there, or whose name is not enough`() throws {
    let project = try Project(Self.files)
    try expect(
      project.plangate("why-not", "note"), exits: 2,
      stderr: ["the seeded database has no table 'note', did you mean 'notes'?"])
    try expect(
      project.plangate("why-not", "things"), exits: 2,
      stderr: ["several tables are called 'things': other.things, public.things"])
    try expect(
      project.plangate("why-not", "other.things"), exits: 0,
      stdout: ["other.things: 0 rows, 0 indexes; 0 cases read it, 0 of them by a sequential scan"])
    try expect(project.plangate("why-not"), exits: 2, stderr: ["plangate why-not takes one table"])
  }
}
