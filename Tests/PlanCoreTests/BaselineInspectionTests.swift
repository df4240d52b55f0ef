import PlanCore
import Testing

/// A file can be well-formed and still damaged: then its parts are inconsistent.
@Suite struct `A baseline whose parts do not fit` {
  static let intact = """
    plangate baseline 1
    query: order_search
    server: 15
    relation public.events: 300 rows, 0 pages
      partitions: 2
      columns: {"id": "integer"}
      index events_at: btree (at)
    relation public.events_1: 100 rows, 9 pages
      partition of public.events
      index events_1_at: btree (at)
    relation public.events_2: 200 rows, 18 pages
      partition of public.events
      index events_2_at: btree (at) WITH (fillfactor='70')
    relation public.orders: 60000 rows, 1200 pages
      index orders_a: btree (a)
      index orders_b: btree (b)
    relation public.users: 10 rows, 1 pages
    case:
      sql: aa
      parameters: bb
      settings: {}
      -> Hash Join  (cost=0..9 rows=1 width=4)
        Join Type: Inner
        Hash Cond: (o.name = 'it''s (')
        InitPlan -> Aggregate  (cost=0..9 rows=1 width=4)
          Subplan Name: InitPlan 1 (returns $0)
          Strategy: Plain
          Partial Mode: Simple
          Outer -> Append  (cost=0..9 rows=1 width=4)
            Member -> Index Scan using events_1_at on public.events_1 e_1  (cost=0..9 rows=1 width=4)
            Member -> Seq Scan on public.events_2 e_2  (cost=0..9 rows=1 width=4)
        Outer -> Bitmap Heap Scan on public.orders o  (cost=0..9 rows=1 width=4)
          Recheck Cond: (o.a = 1)
          Outer -> BitmapAnd  (cost=0..9 rows=1 width=0)
            Member -> Bitmap Index Scan using orders_a  (cost=0..9 rows=1 width=0)
              Index Cond: (o.a = 1)
            Member -> Bitmap Index Scan using orders_b  (cost=0..9 rows=1 width=0)
        Inner -> Hash  (cost=0..9 rows=1 width=4)
          Outer -> Limit  (cost=0..9 rows=1 width=4)
            Outer -> Seq Scan on public.users  (cost=0..9 rows=10 width=4)
              Filter: (users.id = 1)
              Rows Removed by Filter: 9
    end

    """

  @Test func `is not this one`() throws {
    #expect(try BaselineFile.text(BaselineFile.capture(parsing: Self.intact)) == Self.intact)
  }

  /// A change to a text that occurs once, with the position and message of the expected error.
  static let damages: [(String, String, Int, String)] = [
    // Types of nodes.
    ("Bitmap Heap Scan", "Bitmap Heqp Scan", 32, "unknown node type 'Bitmap Heqp Scan', which reads a relation"),
    (
      "Index Scan using events_1_at", "Indet Scan using events_1_at", 30,
      "unknown node type 'Indet Scan', which reads a relation"
    ),
    (
      "using events_1_at", "using!events_1_at", 30,
      "unknown node type 'Index Scan using!events_1_at', which reads a relation"
    ),
    ("Outer -> Limit", "Outer -> Limip", 39, "unknown node type 'Limip', did you mean 'Limit'?"),
    ("Outer -> Limit", "Outer -> Limi", 39, "unknown node type 'Limi', did you mean 'Limit'?"),
    // Names.
    ("public.orders o ", "public.orderz o ", 32, "this node reads public.orderz, which has no 'relation' line"),
    (
      "relation public.users:", "relation public.userz:", 40,
      "this node reads public.users, which has no 'relation' line"
    ),
    ("using orders_b", "using orders_c", 37, "public.orders has no index orders_c in this file"),
    ("  index orders_b: btree (b)\n", "", 36, "public.orders has no index orders_b in this file"),
    ("  index events_1_at: btree (at)\n", "", 29, "public.events_1 has no index events_1_at in this file"),
    (
      "  index events_2_at: btree (at) WITH (fillfactor='70')\n", "", 11,
      "the partition public.events_2 has no index like events_at of public.events"
    ),
    (" using events_1_at", "", 30, "the Index Scan has no index"),
    ("Seq Scan on public.users", "Seq Scan using i on public.users", 40, "Seq Scan with an index"),
    ("Limit  (", "Limit on l  (", 39, "Limit with an alias"),
    (" on public.users  (cost", "  (cost", 40, "the Seq Scan has no relation"),
    ("public.events_2 e_2", "public.events_2 e_1", 31, "the alias e_1 appears twice"),
    // Relations that no node reads.
    (
      "relation public.users:", "relation public.unread: 5 rows, 1 pages\nrelation public.users:", 17,
      "no plan reads public.unread"
    ),
    (
      "relation public.events: 300 rows, 0 pages\n  partitions: 2\n  columns: {\"id\": \"integer\"}\n  index events_at: btree (at)\n",
      "", 4, "public.events, the parent of public.events_1, has no 'relation' line"
    ),
    ("60000 rows", "-5 rows", 14, "public.orders has a negative size"),
    // Inputs.
    (
      "        Member -> Bitmap Index Scan using orders_b  (cost=0..9 rows=1 width=0)\n", "", 34,
      "a BitmapAnd with the inputs Member"
    ),
    ("      Outer -> Limit  (cost=0..9 rows=1 width=4)\n", "", 39, "unexpected indentation"),
    (
      "    Inner -> Hash  (cost=0..9 rows=1 width=4)\n      Outer -> Limit", "      Outer -> Limit", 22,
      "a Hash Join with the inputs Outer"
    ),
    ("Inner -> Hash ", "Outer -> Hash ", 22, "a Hash Join with the inputs Outer, Outer"),
    ("Inner -> Hash ", "Inner -> Sort ", 22, "a Hash Join without its Hash"),
    ("Inner -> Hash ", "-> Hash ", 22, "'->' without the relationship to the node above"),
    ("  -> Hash Join", "  Outer -> Hash Join", 22, "the root of a plan with a relationship to a node above"),
    ("InitPlan -> Aggregate", "Outer -> Aggregate", 22, "'Subplan Name' on a node that is not a subplan"),
    ("      Subplan Name: InitPlan 1 (returns $0)\n", "", 22, "the InitPlan has no 'Subplan Name'"),
    // Values.
    ("    Join Type: Inner\n", "", 22, "the Hash Join has no 'Join Type'"),
    ("Join Type: Inner", "Join Type: Innez", 22, "the value of 'Join Type' is damaged"),
    ("Join Type: Inner\n", "Join Type: Inner ", 22, "the value of 'Join Type' is damaged"),
    ("Strategy: Plain", "Strategy: Plane", 25, "the value of 'Strategy' is damaged"),
    ("(o.name = 'it''s (')", "(o.name = 'it's (')", 22, "the value of 'Hash Cond' is damaged"),
    ("Filter: (users.id = 1)", "Filter: (users.id = 1", 40, "the value of 'Filter' is damaged"),
    ("by Filter: 9", "by Filter: x9", 40, "the value of 'Rows Removed by Filter' is damaged"),
    (
      "      Recheck Cond: (o.a = 1)\n", "      Recheck Cond: (o.a = 1)\n      Recheck Cond: (o.a = 1)\n",
      32, "'Recheck Cond' appears twice"
    ),
    // Bytes.
    ("settings: {}", "settings:  {}", 21, "expected 'settings: {}'; the line is not as plangate wrote it"),
    ("cost=0..9 rows=10", "cost=00..9 rows=10", 40, "expected '\(scan)'; the line is not as plangate wrote it"),
    ("(cost=0..9 rows=10 width=4)", "(rows=10 cost=0..9 width=4)", 40, "a plan node without its cost"),
    (
      "partition of public.events\n  index events_1_at", "partitiom of public.events\n  index events_1_at", 9,
      "a damaged relation"
    ),
    (
      "partition of public.events\n  index events_1_at", "partition if public.events\n  index events_1_at", 9,
      "expected 'partition of public.events'; the line is not as plangate wrote it"
    ),
    (
      "  index orders_a: btree (a)\n  index orders_b: btree (b)\n",
      "  index orders_b: btree (b)\n  index orders_a: btree (a)\n", 15,
      "expected 'index orders_a: btree (a)'; the line is not as plangate wrote it"
    ),
    (
      "  sql: aa\n  parameters: bb\n", "  parameters: bb\n  sql: aa\n", 19,
      "expected 'sql: aa'; the line is not as plangate wrote it"
    ),
    ("case:\n", "\ncase:\n", 18, "an empty line"), ("end\n", "end\n\n", 44, "an empty line"),
    ("settings: {}\n", "settings: {}\n  plan: generic\n", 18, "'plan: generic' in a case that is not generic"),
    ("case:\n", "case: a+generic\n", 18, "the generic case has no 'plan: generic'"),
  ]

  private static let scan = "Outer -> Seq Scan on public.users  (cost=0..9 rows=10 width=4)"

  @Test(arguments: damages)
  func `is damaged, and the error names the line`(text: String, damaged: String, line: Int, message: String) {
    #expect(Self.intact.ranges(of: text).count == 1)
    let error = #expect(throws: BaselineError.self) {
      try BaselineFile.capture(parsing: Self.intact.replacing(text, with: damaged))
    }
    #expect(error?.line == line)
    #expect(error?.message == message)
  }

  /// Plausible output of a server that resembles damage.
  static let twins: [(String, String)] = [
    ("public.users  (cost=0..9 rows=10", "pg_catalog.pg_class users  (cost=0..9 rows=10"),
    ("public.users  (cost=0..9 rows=10", "pg_temp.users  (cost=0..9 rows=10"),
    // A sequence has no facts.
    ("public.users  (cost=0..9 rows=10", "public.users_id_seq users  (cost=0..1.01 rows=1"),
    // A partition on another server has no indexes.
    (
      "  index events_2_at: btree (at) WITH (fillfactor='70')\n", ""
    ),
    ("Outer -> Limit  (", "Outer -> Result  ("), ("Outer -> Limit  (", "Outer -> Redistribute Motion  ("),
    ("(o.name = 'it''s (')", "((o.tags)::text[] = ARRAY['['::text, \"Odd(\"])"),
    ("server: 15", "server: 16"),
  ]

  @Test(arguments: twins)
  func `is not one that a server can have printed`(text: String, other: String) throws {
    var changed = Self.intact.replacing(text, with: other)
    if text.contains("fillfactor") {
      changed = changed.replacing("Seq Scan on public.events_2", with: "Foreign Scan on public.events_2")
    }
    if text.contains("public.users") {
      changed = changed.replacing("relation public.users: 10 rows, 1 pages\n", with: "")
    }
    #expect(changed != Self.intact)
    #expect(try BaselineFile.text(BaselineFile.capture(parsing: changed)) == changed)
  }

  @Test func `is not one of a newer server, whose nodes may have another form`() throws {
    let changed = Self.intact.replacing("server: 15", with: "server: 23").replacing("Limit  (", with: "Limi  (")
    #expect(try BaselineFile.text(BaselineFile.capture(parsing: changed)) == changed)
  }

  @Test(arguments: [0, 3, 17])
  func `is reported for different line ends`(line: Int) {
    var lines = Self.intact.split(separator: "\n", omittingEmptySubsequences: false).map { $0 + "\r" }
    lines[lines.count - 1] = ""
    lines[line].removeLast()
    let error = #expect(throws: BaselineError.self) {
      try BaselineFile.capture(parsing: lines.joined(separator: "\n"))
    }
    #expect(error?.line == line + 1)
    #expect(
      error?.message
        == "some lines end with CR LF and this one does not; 'eol=lf' in .gitattributes keeps git from that")
  }

  @Test func `is reported for a byte order mark`() {
    let error = #expect(throws: BaselineError.self) {
      try BaselineFile.capture(parsing: "\u{feff}" + Self.intact)
    }
    #expect(error?.line == 1)
    #expect(error?.message == "the file begins with a byte order mark, which an editor put there")
  }
}
