import PlanCore
import Testing

@testable import GateCommand

/// What pg_dump 18.6 writes, shortened.
private let dump = """
  --
  -- PostgreSQL database dump
  --

  \\restrict FnTYcV4HY7hrejT3MW4rXb9QDSQiRpie1MAuS0jRPxntNhEZGKvJ8u9DKmoWtWB

  SET statement_timeout = 0;
  SET client_encoding = 'UTF8';
  SELECT pg_catalog.set_config('search_path', '', false);

  SELECT * FROM pg_catalog.pg_restore_relation_stats(
  \t'version', '180006'::integer,
  \t'schemaname', 'public',
  \t'relname', 'customers',
  \t'relpages', '29'::integer,
  \t'reltuples', '2e+06'::real,
  \t'relallvisible', '0'::integer
  );
  SELECT * FROM pg_catalog.pg_restore_attribute_stats(
  \t'version', '180006'::integer,
  \t'schemaname', 'public',
  \t'relname', 'customers',
  \t'attname', 'odd "name''',
  \t'inherited', 'f'::boolean,
  \t'null_frac', '0.2'::real,
  \t'avg_width', '3'::integer,
  \t'n_distinct', '-0.5'::real,
  \t'most_common_vals', '{"it''s {a,\\"b\\\\c\\"} 1",x}'::text,
  \t'most_common_freqs', '{0.3,0.1}'::real[],
  \t'histogram_bounds', '{a,"b c",d}'::text,
  \t'correlation', '-0.25'::real
  );
  SELECT * FROM pg_catalog.pg_restore_attribute_stats(
  \t'schemaname', 'public',
  \t'relname', 'customers_lower_idx',
  \t'attnum', '1'::smallint,
  \t'inherited', 'f'::boolean,
  \t'null_frac', '0'::real
  );

  \\unrestrict FnTYcV4HY7hrejT3MW4rXb9QDSQiRpie1MAuS0jRPxntNhEZGKvJ8u9DKmoWtWB
  """

private func read(_ text: String) throws(Diagnostic) -> DumpedStatistics {
  try StatisticsDumpReader.read(Array(text.utf8), "stats.sql")
}

@Suite struct StatisticsDumpTests {
  @Test func `a file of pg_dump is read`() throws {
    let statistics = try read(dump)
    let table = try #require(statistics[RelationName(schema: "public", name: "customers")])
    #expect(table.rows == 2_000_000 && table.pages == 29)
    #expect(
      table.columns == [
        "odd \"name'": ColumnStatistics(
          nullFraction: 0.2, averageWidth: 3, distinct: -0.5, commonValues: ["it's {a,\"b\\c\"} 1", "x"],
          commonFrequencies: [0.3, 0.1], histogram: ["a", "b c", "d"], correlation: -0.25)
      ])
    #expect(table.columns["odd \"name'"]?.distinct(of: 100) == 50)
  }

  @Test(arguments: [
    "DROP TABLE customers;", "SELECT pg_catalog.pg_sleep(1);", "\\! rm -rf /",
    "SELECT * FROM pg_catalog.pg_read_file('/etc/passwd');", "SET x = (SELECT 1);",
    "SELECT * FROM pg_catalog.pg_restore_relation_stats('relname', (SELECT 1));",
    "SELECT * FROM public.pg_restore_relation_stats('relname', 'a');",
    "SELECT * FROM pg_catalog.pg_restore_relation_stats('relname', 'a') WHERE true;", "'text'", "\\copy a from b",
    "COPY a FROM stdin;", "SELECT * FROM pg_catalog.pg_restore_relation_stats(",
  ])
  func `anything else is an error with its line`(statement: String) throws {
    let line = dump.split(separator: "\n", omittingEmptySubsequences: false).count + 1
    let error = try #require(throws: Diagnostic.self) { try read(dump + "\n" + statement) }
    #expect(error.file == "stats.sql" && error.line == line)
  }

  @Test(arguments: [
    ("'{0.3,0.1}'", "'{0.3}'"), ("'{0.3,0.1}'", "'{0.3,2}'"), ("'{0.3,0.1}'", "'{0.3,x}'"), ("'2e+06'", "'nan'"),
    ("'2e+06'", "'many'"), ("'{a,\"b c\",d}'", "'{a'"), ("'relname', 'customers',\n\t'relpages'", "'relpages'"),
  ])
  func `damaged values are errors`(old: String, new: String) {
    #expect(throws: Diagnostic.self) { try read(dump.replacing(old, with: new)) }
  }

  @Test func `an empty file has no statistics`() { #expect(throws: Diagnostic.self) { try read("-- nothing\n") } }

  @Test func `hostile values stay inside of literals`() throws {
    let column = FillColumn(
      name: "x\"; DROP TABLE y; --", number: 1, type: .base(name: "text", sql: "text"), declaredType: "text",
      isNotNull: true, isGenerated: false, isAlwaysIdentity: false, defaultValue: nil, sequence: nil,
      hasOtherSequence: false, domainChecks: [])
    let hostile = "'); DROP TABLE x; --\\"
    let statistics = ColumnStatistics(
      distinct: 2, commonValues: [hostile], commonFrequencies: [0.5], histogram: [hostile, "z"])
    let drawn = try #require(
      StatisticsValue(statistics: statistics, column: column, rows: 100)
        .drawn(orElse: nil, isUnique: false, choices: nil))
    // Outside of literals and quoted names there are only words of SQL.
    for text in [drawn.text] + drawn.draws.map(\.text) {
      #expect(!ExpressionToken.tokens(text).contains { $0 == .word("drop") || $0 == .symbol(";") }, "\(text)")
    }
  }

  @Test func `references follow frequencies, and as many rows as there are`() {
    let statistics = ColumnStatistics(distinct: 4, commonValues: ["7", "9"], commonFrequencies: [0.5, 0.2])
    let share = ReferenceShare(statistics, parents: 100, production: 100, rows: 1000)
    #expect(
      share.number(of: "t", power: 3)
        == "COALESCE(NULLIF(1 + width_bucket(random(), '{0.5,0.7}'::double precision[]), 3), "
        + "3 + floor(2 * random())::integer)")
    #expect(
      ReferenceShare(statistics, parents: 1, production: 100, rows: 10).number(of: "t", power: 3) == "1")
    #expect(Thresholds.text([0.5, 0.25, 0.25], isComplete: true) == "'{0.5,0.75}'::double precision[]")
  }
}
