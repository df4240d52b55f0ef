import Foundation
import PlanCore
import Testing

@Suite struct `A damaged baseline` {
  static let intact = """
    plangate baseline 1
    query: order_search
    server: 15
    relation public.orders: 60000 rows, 1200 pages
      index orders_pkey: btree (id)
    case: typical
      sql: aa
      parameters: bb
      settings: {"work_mem": "16MB"}
      trigger: ["fk", "orders", 3]
      -> Limit  (cost=0.42..25.9 rows=20 width=44) (actual rows=20 loops=1) (buffers=24)
        Outer -> Index Scan using orders_pkey on public.orders o  (cost=0.42..25.9 rows=20 width=44) (actual rows=20 loops=1) (buffers=24)
          Scan Direction: Forward
          Sort Key: ["a", "b"]
    case: whale
      sql: aa
      parameters: cc
      settings: {}
      -> Seq Scan on public.orders o  (cost=0..9 rows=1 width=4) (never executed) (buffers=0 temp=3)
    end

    """

  private func error(_ text: String) -> BaselineError? {
    #expect(throws: BaselineError.self) { try BaselineFile.capture(parsing: text) }
  }

  @Test func `is not this one`() throws {
    let capture = try BaselineFile.capture(parsing: Self.intact)
    #expect(BaselineFile.text(capture) == Self.intact)
    #expect(capture.cases.map(\.name) == ["typical", "whale"])
    #expect(capture.cases[1].plan.root.isNeverExecuted && capture.cases[1].plan.root.temporaryBlocks == 3)
  }

  @Test(arguments: [
    "", "\n\n", "hello", "plangate", "plangate baseline", "plangate baseline x", "{}", "\u{0}",
    "plangate baseline 1\rquery: a\r",
  ])
  func `is not accepted as a baseline`(text: String) {
    #expect(error(text).map { "\($0.line): \($0.message)" } == "1: this is not a plangate baseline")
  }

  @Test(arguments: [0, 3, 10, -1])
  func `of an unknown format is refused`(version: Int) {
    let text = Self.intact.replacing("baseline 1", with: "baseline \(version)")
    let error = error(text)
    #expect(error?.line == 1)
    #expect(error?.message == "format \(version) is not known to this plangate, which reads formats up to 2")
  }

  /// A change to a text that occurs once, with the position and message of the expected error.
  static let damages: [(String, String, Int, String)] = [
    // The head.
    ("query: order_search\n", "", 19, "the file ends before its query, server and cases are known"),
    ("server: 15\n", "", 19, "the file ends before its query, server and cases are known"),
    ("server: 15", "server: fifteen", 3, "unexpected 'server: fifteen'"),
    ("server: 15", "server: 0", 3, "unexpected 'server: 0'"),
    ("server: 15", "server: 15\nserver: 16", 4, "unexpected 'server: 16'"),
    ("server: 15", "server: 15\nquery: other", 4, "unexpected 'query: other'"),
    ("server: 15", "server: 15\n  relation public.x: 1 rows, 1 pages", 4, "unexpected indentation"),
    ("server: 15", "server: 15\nwhat: else", 4, "unexpected 'what: else'"),
    ("server: 15", "server: 15\n=======", 4, "unexpected '======='"),
    // Relations.
    ("60000 rows", "rows", 4, "a damaged relation"), ("60000 rows", "many rows", 4, "a damaged relation"),
    ("60000 rows", "nan rows", 4, "a damaged relation"), ("1200 pages", "inf pages", 4, "a damaged relation"),
    (", 1200 pages", "", 4, "a damaged relation"),
    ("relation public.orders:", "relation orders:", 4, "a damaged relation"),
    ("relation public.orders:", "relation \"public.orders:", 4, "a damaged relation"),
    ("index orders_pkey: btree (id)", "index orders_pkey", 5, "a damaged relation"),
    ("index orders_pkey: btree (id)", "indx orders_pkey: btree (id)", 5, "a damaged relation"),
    ("index orders_pkey: btree (id)", "index orders_pkey: btree (id)\n    more", 5, "a damaged relation"),
    (
      "case: typical", "relation public.orders: 1 rows, 1 pages\ncase: typical", 6,
      "the relation public.orders appears twice"
    ),
    // Cases.
    ("case: whale", "case: typical", 15, "the case appears twice"),
    ("case: whale", "case:whale", 15, "unexpected 'case:whale'"),
    ("  parameters: cc\n", "", 15, "the case has no fingerprints"),
    ("  settings: {}\n", "", 15, "the case has no settings"),
    ("settings: {}", "settings: {", 15, "the case has no settings"),
    ("settings: {}", "settings: []", 15, "the case has no settings"),
    ("{\"work_mem\": \"16MB\"}", "{\"work_mem\": 16}", 6, "the case has no settings"),
    ("parameters: cc", "parameters: cc\n  parameters: dd", 18, "unexpected 'parameters'"),
    ("parameters: cc", "parameters: cc\n    more: x", 17, "unexpected 'parameters: cc'"),
    ("parameters: cc", "parameters: cc\n  plan: special", 15, "'plan' is 'special', not 'generic'"),
    ("parameters: cc", "parameters: cc\n  repaired: false", 15, "'repaired' is 'false', not 'true'"),
    ("parameters: cc", "parameters: cc\n  other: x", 18, "unexpected 'other'"),
    ("parameters: cc", "parameters: cc\n  nothing", 18, "unexpected 'nothing'"),
    ("[\"fk\", \"orders\", 3]", "[\"fk\", \"orders\"]", 10, "a damaged trigger"),
    ("[\"fk\", \"orders\", 3]", "[\"fk\", \"orders\", \"3\"]", 10, "a damaged trigger"),
    ("[\"fk\", \"orders\", 3]", "[\"fk\"", 10, "a damaged trigger"),
    (
      "  -> Seq Scan on public.orders o  (cost=0..9 rows=1 width=4) (never executed) (buffers=0 temp=3)\n", "", 15,
      "the case has no plan"
    ),
    ("settings: {}\n", "settings: {}\n  -> Result  (cost=0..9 rows=1 width=4)\n", 20, "a second plan"),
    // Nodes.
    ("(cost=0..9 rows=1 width=4)", "(cost=0 rows=1 width=4)", 19, "a cost without '..'"),
    ("(cost=0..9 rows=1 width=4)", "(cost=0..9 rows=1)", 19, "a plan node lacks its cost, rows or width"),
    ("(cost=0..9 rows=1 width=4)", "(cost=0..9 width=4)", 19, "a plan node lacks its cost, rows or width"),
    ("(cost=0..9 rows=1 width=4)", "(cost=0..9 rows=one width=4)", 19, "damaged figures"),
    ("(cost=0..9 rows=1 width=4)", "(cost=0..9 rows=nan width=4)", 19, "damaged figures"),
    ("(cost=0..9 rows=1 width=4)", "(cost=0..9 rows=-1 width=4)", 19, "damaged figures"),
    ("(never executed)", "(actual rows=-7 loops=1)", 19, "damaged figures"),
    ("(never executed)", "(actual rows=7 loops=-1)", 19, "damaged figures"),
    ("buffers=0 temp=3", "buffers=-1 temp=3", 19, "damaged figures"),
    (
      "      Scan Direction: Forward", "      Plan Rows: 5", 13,
      "'Plan Rows' stands in the line of a node, not below it"
    ),
    ("(cost=0..9 rows=1 width=4)", "(cost=0..9 rows=1 rows=2 width=4)", 19, "damaged figures"),
    ("(cost=0..9 rows=1 width=4)", "(cost=0..9 rows=1 width=4 depth=2)", 19, "damaged figures"),
    ("(cost=0..9 rows=1 width=4)", "(cost=0..9, rows=1 width=4)", 19, "damaged figures"),
    ("  (cost=0..9 rows=1 width=4)", "", 19, "a plan node without its cost"),
    ("(buffers=0 temp=3)", "(buffers=0 temp=3", 19, "damaged figures"),
    ("(buffers=0 temp=3)", "(bufers=0 temp=3)", 19, "damaged figures"),
    ("(buffers=0 temp=3)", "(temp=3)", 19, "damaged figures"),
    ("(never executed)", "(never)", 19, "damaged figures"),
    ("(never executed)", "(actual rows=1)", 19, "actual rows without loops"),
    ("(never executed)", "(actual loops=1)", 19, "actual rows without loops"),
    ("(never executed)", "()", 19, "damaged figures"),
    ("(never executed)", "(actual rows=1 loops=1) (never executed)", 19, "damaged figures"),
    ("-> Seq Scan on public.orders o", "-> ", 19, "a plan node without its type"),
    ("-> Seq Scan on public.orders o", "-> Seq Scan on", 19, "expected 'on alias' or 'on schema.relation alias'"),
    (
      "-> Seq Scan on public.orders o", "-> Seq Scan on public.orders o o", 19,
      "expected 'on alias' or 'on schema.relation alias'"
    ),
    ("-> Seq Scan on public.orders o", "-> Seq Scan using", 19, "'using' without an index"),
    ("-> Seq Scan on public.orders o", "-> Seq Scan using i x", 19, "unexpected 'x' in a plan node"),
    ("-> Seq Scan on public.orders o", "-> Seq Scan on \"public", 19, "a quoted name without an end"),
    ("Scan Direction: Forward", "Scan Direction", 13, "expected 'Key: value'"),
    ("Scan Direction: Forward", "Scan Direction: Forward\n        deeper: 1", 13, "expected 'Key: value'"),
    (
      "Sort Key: [\"a\", \"b\"]", "Sort Key: [\"a\", \"b\"", 14,
      "the value of 'Sort Key' is damaged: expected ',' or ']'"
    ),
    ("Sort Key: [\"a\", \"b\"]", "Sort Key: \"a", 14, "the value of 'Sort Key' is damaged: unterminated string"),
    ("      Sort Key: [\"a\", \"b\"]", "    Late Key: x", 14, "expected a plan node"),
    (
      "loops=1) (buffers=24)\n      Scan", "loops=1)\n      Scan", 12,
      "a plan node lacks figures that the node above has"
    ),
    (
      " (actual rows=20 loops=1) (buffers=24)\n      Scan", " (buffers=24)\n      Scan", 12,
      "a plan node lacks figures that the node above has"
    ),
    // Indentation and merges.
    ("  sql: aa\n  parameters: bb", " sql: aa\n  parameters: bb", 7, "unexpected indentation"),
    ("      Scan Direction", "        Scan Direction", 13, "unexpected indentation"),
    ("      Scan Direction", "     Scan Direction", 13, "unexpected indentation"),
    ("end\n", "", 15, "the file is cut off: its last line is not 'end'"),
    ("end\n", "en", 20, "the file is cut off: its last line is not 'end'"),
    ("end\n", "end\nend\n", 20, "unexpected 'end'"), ("end\n", "end\n  more\n", 21, "unexpected indentation"),
    ("end\n", "end\nmore: x\n", 21, "the file is cut off: its last line is not 'end'"),
    ("case: whale", "<<<<<<< HEAD\ncase: whale", 15, "a merge conflict is not resolved"),
    ("case: whale", ">>>>>>> topic\ncase: whale", 15, "a merge conflict is not resolved"),
    ("      Scan Direction", "<<<<<<< HEAD\n      Scan Direction", 13, "a merge conflict is not resolved"),
  ]

  @Test(arguments: damages)
  func `is reported with its line`(text: String, damaged: String, line: Int, message: String) {
    #expect(Self.intact.ranges(of: text).count == 1)
    let error = error(Self.intact.replacing(text, with: damaged))
    #expect(error?.line == line)
    #expect(error?.message == message)
  }

  @Test func `that was cut anywhere is refused`() throws {
    let bytes = Array(Self.intact.utf8)
    // Only the last line feed may be missing, since an editor may have removed it.
    for end in 0..<bytes.count - 1 {
      let text = String(decoding: bytes[..<end], as: UTF8.self)
      #expect(throws: BaselineError.self, "\(end)") { try BaselineFile.capture(parsing: text) }
    }
    #expect(throws: Never.self) { try BaselineFile.capture(parsing: String(Self.intact.dropLast())) }
  }

  @Test(arguments: ["erase_user_events.plan", "quarter_report.plan", "event_timeline.plan"])
  func `of the example project that was cut is refused`(name: String) throws {
    let text = try Baselines.text(name)
    #expect(throws: Never.self) { try BaselineFile.capture(parsing: text) }
    let bytes = Array(text.utf8)
    for end in stride(from: 0, to: bytes.count - 1, by: bytes.count / 60) {
      let cut = String(decoding: bytes[..<end], as: UTF8.self)
      #expect(throws: BaselineError.self, "\(end)") { try BaselineFile.capture(parsing: cut) }
      // If it is closed by hand, it is a file with fewer entries, or none.
      _ = try probe(cut + "\nend\n")
    }
  }

  /// Anything that can be read is a capture that can be written and read again: no damaged file is half understood.
  private func probe(_ text: String) throws -> Bool {
    let capture: QueryCapture
    do { capture = try BaselineFile.capture(parsing: text) } catch {
      #expect(error.line >= 1 && !error.message.isEmpty)
      #expect(error.line <= text.unicodeScalars.count { $0 == "\n" } + 1)
      return false
    }
    #expect(!capture.query.isEmpty && capture.serverMajor > 0 && !capture.cases.isEmpty)
    let again = BaselineFile.text(capture)
    #expect(try BaselineFile.text(BaselineFile.capture(parsing: again)) == again, "\(text.debugDescription)")
    return true
  }

  @Test(arguments: ["record_event.plan", "product_filter.plan", "login_by_email.plan", "event_timeline.plan"])
  func `with random changes is read or refused`(name: String) throws {
    let original = Array(try Baselines.text(name).utf8)
    let alphabet = Array(" \n\r\t\"\\:.()[]{}=<>-,0159aQ\u{0}é\u{301}".utf8)
    var random = SeededGenerator(seed: UInt64(original.count))
    var refused = 0
    for _ in 0..<80 {
      var bytes = original
      for _ in 0...Int.random(in: 0..<3, using: &random) {
        let position = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.remove(at: position)
        case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: position)
        case 2: bytes[position] = alphabet.randomElement(using: &random) ?? 0
        case 3: bytes.removeSubrange(position..<min(bytes.count, position + 20))
        default: bytes.insert(contentsOf: bytes[position..<min(bytes.count, position + 30)], at: position)
        }
      }
      refused += try probe(String(decoding: bytes, as: UTF8.self)) ? 0 : 1
    }
    #expect(refused > 30)
  }

  @Test func `with missing or repeated lines is read or refused`() throws {
    var lines = try Baselines.text("weekly_revenue.plan").components(separatedBy: "\n")
    for index in lines.indices {
      let line = lines.remove(at: index)
      _ = try probe(lines.joined(separator: "\n"))
      lines.insert(line, at: index)
      lines.insert(line, at: index)
      _ = try probe(lines.joined(separator: "\n"))
      lines.remove(at: index)
    }
  }
}
