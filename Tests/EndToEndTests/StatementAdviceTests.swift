import Foundation
import TestSupport
import Testing

/// What an error says to do about a text that was written for another tool, or is no query.
@Suite struct StatementAdviceTests {
  private struct Case {
    let sql: String
    /// The other keys of the query.
    var keys = ""
    let advice: String
  }

  private static func unknown(_ mark: String, _ own: String, _ style: String) -> String {
    "\(mark) is no parameter here: write \(own), or set placeholders: \"\(style)\""
  }

  private static let cases: [Case] = [
    // With values, and without any, when the server says what it cannot read.
    Case(sql: "SELECT $0 FROM t WHERE id = ?", keys: ", params: [1]", advice: unknown("?", "$1", "?")),
    Case(sql: "SELECT * FROM t WHERE id = ?", advice: unknown("?", "$1", "?")),
    Case(sql: "SELECT * FROM t WHERE id = ?1", keys: ", params: [1]", advice: unknown("?1", "$1", "?")),
    Case(sql: "SELECT * FROM t WHERE id = %s", keys: ", params: [1]", advice: unknown("%s", "$1", "%s")),
    Case(sql: "SELECT * FROM t WHERE id = %s", advice: unknown("%s", "$1", "%s")),
    Case(sql: "SELECT * FROM t WHERE id = @id", keys: ", params: {id: 1}", advice: unknown("@id", ":id", "@x")),
    Case(
      sql: "SELECT * FROM t WHERE id = sqlc.arg(id)", keys: ", params: {id: 1}",
      advice: unknown("sqlc.arg(id)", ":id", "sqlc")),
    Case(
      sql: "SELECT * FROM t WHERE id = {{id}}", keys: ", params: {id: 1}", advice: unknown("{{id}}", ":id", "{{x}}")),
    Case(sql: "SELECT * FROM t WHERE id = {{id}}", advice: unknown("{{id}}", ":id", "{{x}}")),
    Case(
      sql: "SELECT * FROM t WHERE id = %(id)s", keys: ", params: {id: 1}", advice: unknown("%(id)s", ":id", "%(x)s")),
    Case(sql: "SELECT * FROM t WHERE id = #{id}", keys: ", params: {id: 1}", advice: unknown("#{id}", ":id", "#{x}")),
    Case(
      sql: "SELECT * FROM t WHERE id = ${id}", keys: ", params: {id: 1}",
      advice: "${id} is text that the application puts in: write :id"),
    Case(sql: "SELECT * FROM t WHERE id = ${id}", advice: "${id} is text that the application puts in: write :id"),
    Case(
      sql: "SELECT * FROM t WHERE id = $1 AND id = ANY(@ids)", keys: ", params: [1]",
      advice: unknown("@ids", ":ids", "@x")),
    Case(
      sql: "SELECT * FROM t WHERE id = $1 AND id = ANY(:ids)", keys: ", params: [1]",
      advice: "write all of them with names, or all with numbers"),
    Case(
      sql: "SELECT * FROM t WHERE id IN :ids", keys: ", params: {ids: [1]}",
      advice: "a list takes = ANY(:ids) in place of IN"),
    Case(
      sql: "SELECT * FROM t WHERE id NOT IN (:ids)", keys: ", params: {ids: [1]}",
      advice: "a list takes <> ALL(:ids) in place of NOT IN"),
    Case(
      sql: "SELECT * FROM t WHERE id IN ($1)", keys: ", params: [[1]]",
      advice: "a list takes = ANY($1) in place of IN"),
    // Both at once.
    Case(sql: "SELECT 1; SELECT $1", advice: "the text holds more than one statement"),
    Case(sql: "SELECT 1; SELECT $1", advice: "the query has the parameter $1, and the manifest gives no values"),
    Case(sql: "EXPLAIN (ANALYZE) SELECT 1", advice: "leave EXPLAIN out: plangate runs it itself"),
    Case(sql: "SET LOCAL work_mem = 1; SELECT 1", advice: "give the setting to the query: session: {settings:"),
    Case(sql: "BEGIN; SELECT 1; COMMIT", advice: "each case runs in a transaction of its own"),
    Case(sql: "CALL p()", advice: "list the statements that it runs"),
    Case(sql: "DO $$$$", advice: "list the statements"),
    Case(sql: "COPY t TO STDOUT", advice: "list the query inside COPY (…) TO"),
    Case(sql: "DECLARE c CURSOR FOR SELECT 1", advice: "list the query of the cursor"),
    Case(sql: "PREPARE x AS SELECT 1", advice: "list the statement after AS"),
    Case(sql: "TRUNCATE t", advice: "a step of the seed or a migration can run it"),
    Case(sql: "SELECT * FROM t WHERE a = $1", keys: ", params: ['(a,1)']", advice: "a cast ($1::a_type), or types:"),
    Case(sql: #"SELECT 'SELECT 1' \gexec"#, advice: #"psql's commands, such as \gexec, are not SQL: leave them out"#),
  ]

  /// What looks like these and is none.
  private static let decoys = [
    ("SELECT * FROM t WHERE id % 2 = 0 AND name <> '%s ? @id {{id}} ${id}'", ""),
    ("SELECT '{\"a\": 1}'::jsonb ? 'a', @id, ARRAY[1] @> ARRAY[id] FROM t", ""),
    ("SELECT * FROM t WHERE a = $1", ", params: ['(a,1)'], types: {1: addr}"),
    ("SELECT * FROM t WHERE id IN ($1)", ", params: [1]"), ("SELECT 1;", ""),
  ]

  @Test func `an error says what to write`() throws {
    var manifest = "version: 1\nseed: [../seed/1.sql]\nqueries:\n"
    let all = Self.cases.map { ($0.sql, $0.keys) } + Self.decoys
    for (index, (sql, keys)) in all.enumerated() {
      let quoted = "'" + sql.replacing("'", with: "''") + "'"
      manifest += "  - {name: q\(index), sql: \(quoted)\(keys)}\n"
    }
    let project = try Project([
      "seed/1.sql": """
      CREATE TYPE addr AS (street text, n integer);
      CREATE TABLE t AS SELECT g AS id, 'x' AS name, row('a', g)::addr AS a FROM generate_series(1, 500) AS g;

      """, "queries/manifest.yml": manifest,
    ])
    let run = try project.plangate("check", "--json", "report.json")
    #expect(run.status == 2)
    let report = try project.json()
    for (index, item) in Self.cases.enumerated() {
      let reason = try report["q\(index)"].reason ?? ""
      #expect(reason.contains(item.advice), "\(item.sql)\n\(reason)")
    }
    for index in Self.decoys.indices {
      let found = try report["q\(Self.cases.count + index)"]
      #expect(found.verdict == "new", "\(found)")
    }
    // The line of the list is short; the block has all of it.
    for line in run.stdout.split(separator: "\n") where line.hasPrefix("UNCHECKED  ") {
      #expect(line.count <= 100 && !line.contains("manifest.yml:"), "\(line)")
    }
  }

  @Test func `merge names the file that is missing`() throws {
    let project = try Project()
    let run = try project.plangate("merge", "nosuch.json", "--json", "all.json")
    try expect(run, exits: 2, stderr: ["plangate: nosuch.json: error: cannot read the report: no such file\n"])
    #expect(run.stdout.isEmpty)
    #expect(try project.json("all.json").outcome == "unchecked")
  }
}
