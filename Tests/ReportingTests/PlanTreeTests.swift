import Foundation
import JSON
import PlanCore
import Reporting
import Testing

@Suite struct PlanTreeTests {
  private let style = TerminalStyle(isColored: false, width: 80)

  private func text(_ lines: [String]) -> String {
    lines.map { $0.replacing(/\ +$/, with: "") }.joined(separator: "\n")
  }

  @Test func `nodes are named as in EXPLAIN's text format`() throws {
    let plan = try plan(
      node(
        "ModifyTable", "orders", alias: "o", rows: 0, actual: 0, [key("Operation", "Update")],
        [
          node(
            "Aggregate", as: "InitPlan",
            [
              key("Subplan Name", "CTE recent"), key("Strategy", "Hashed"),
              key("Partial Mode", "Finalize"), key("Group Key", "o.id"),
            ]),
          node(
            "Hash Join", as: "Outer", [key("Join Type", "Right Anti"), key("Hash Cond", "(a.id = o.id)")],
            [
              node("CTE Scan", as: "Outer", [key("CTE Name", "recent"), key("Alias", "r")]),
              node("Bitmap Index Scan", index: "items_idx", as: "Inner"),
              node("Nested Loop", as: "SubPlan", [key("Subplan Name", "SubPlan 2"), key("Join Type", "Left")]),
              node("SetOp", as: "Outer", [key("Strategy", "Hashed"), key("Command", "Except")]),
              node("Function Scan", as: "Outer", [key("Function Name", "unnest"), key("Alias", "u")]),
            ]),
        ]))
    let names = PlanTree.lines(plan, conditions: .marked, style: style).dropFirst().map { line in
      line.replacing(/\ {2,}[0-9].*$/, with: "")
    }
    #expect(
      names == [
        "  Update on public.orders o", "  -> CTE recent: Finalize HashAggregate", "  -> Hash Right Anti Join",
        "     -> CTE Scan on recent r", "     -> Bitmap Index Scan on items_idx",
        "     -> SubPlan 2: Nested Loop Left Join", "     -> HashSetOp Except", "     -> Function Scan on unnest u",
      ])
  }

  @Test func `rows are estimated and actual per loop, with the loops`() throws {
    let plan = try plan(
      node(
        "Nested Loop", cost: 1_234_567, rows: 20_000, actual: 1, buffers: nil, [],
        [
          node("Seq Scan", "a", rows: 9, actual: 0.33, loops: 1200, buffers: nil, as: "Outer"),
          node("Seq Scan", "b", rows: 9, actual: 0, loops: 0, buffers: nil, as: "Inner"),
        ]))
    #expect(
      text(PlanTree.lines(plan, title: "now", style: style)) == """
        now                        cost  rows est -> actual
          Nested Loop              1.2M            20k -> 1
          -> Seq Scan on public.a  10.0    9 -> 0.3 x 1,200
          -> Seq Scan on public.b  10.0      never executed
        """)
  }

  @Test func `a plan that did not run shows only estimates`() throws {
    let plan = try plan(node("Seq Scan", "a", rows: 12, actual: nil, buffers: nil))
    #expect(
      text(PlanTree.lines(plan, title: "plan", style: style)) == """
        plan                    cost  rows
          Seq Scan on public.a  10.0    12
        """)
  }

  @Test func `details of a node are below it`() throws {
    let sort = node(
      "Sort", cost: 40, rows: 5, actual: 5,
      [
        JSONMember("Sort Key", .array([.string("o.day DESC"), .string("o.id")])), key("Sort Method", "external merge"),
        key("Temp Read Blocks", 100), key("Temp Written Blocks", 110), JSONMember("Disabled", .bool(true)),
      ],
      [
        node(
          "Seq Scan", "orders", alias: "o", as: "Outer",
          [
            key("Filter", "(o.note ~~ '%lamp%'::text)"), key("Rows Removed by Filter", 59_979),
            key("Async Capable", "x"),
          ])
      ])
    #expect(
      text(PlanTree.lines(try plan(sort), marked: [[0]], indent: 2, style: style)) == """
                                            cost  rows est -> actual  buffers
            Sort                            40.0              5 -> 5        3
              Sort Key: o.day DESC, o.id
              Sort Method: external merge
              Disabled: true
              Temp Blocks: 210
          > -> Seq Scan on public.orders o  10.0              1 -> 1        3
                 Filter: (o.note ~~ '%lamp%'::text)
                 Rows Removed by Filter: 59,979
        """)
  }

  @Test func `in a large plan only marked nodes show their conditions, and every node shows its full name`() throws {
    let leaves = (1...10).map { number in
      node(
        "Index Scan", "a_relation_with_a_long_name_\(number)", index: "an_index_with_a_long_name_too_\(number)",
        as: "Outer",
        [key("Index Cond", "(id = \(number))")])
    }
    let plan = try plan(node("Result", nil, [], leaves))
    let lines = PlanTree.lines(plan, marked: [[2]], style: style)
    #expect(lines.filter { $0.contains("Index Cond") }.count == 1)
    for number in 1...10 {
      #expect(lines.contains { ($0 + " ").contains("using an_index_with_a_long_name_too_\(number) ") })
      // The marked one keeps its schema.
      let schema = number == 3 ? "public." : ""
      #expect(lines.contains { $0.hasSuffix("on \(schema)a_relation_with_a_long_name_\(number)") })
    }
    #expect(PlanTree.lines(plan, conditions: .all, style: style).count { $0.contains("Index Cond") } == 10)
  }

  @Test func `a long condition is wrapped in a log and cut on a screen`() throws {
    let names = (1...40).map { "column_\($0)" }.joined(separator: " AND ")
    let plan = try plan(node("Seq Scan", "orders", [key("Filter", "(\(names))")]))
    let log = PlanTree.lines(plan, style: style)
    #expect(log.allSatisfy { $0.count <= 80 && !$0.contains("…") })
    #expect(
      log.dropFirst(2).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ") == "Filter: (\(names))")
    let screen = PlanTree.lines(plan, style: TerminalStyle(isColored: false, width: 80, isTerminal: true))
    #expect(screen.count == 6)
    #expect(screen.last?.hasSuffix("…") == true)
  }

  @Test func `a wrong estimate shows its factor, one that cannot be judged does not`() throws {
    let plan = try plan(
      node(
        "Nested Loop", rows: 100, actual: 64_000, [key("Join Type", "Inner")],
        [
          node("Seq Scan", "a", rows: 10, actual: 640, as: "Outer"),
          node("Seq Scan", "b", rows: 9, actual: 0, loops: 0, as: "Inner"),
        ]))
    let lines = PlanTree.lines(plan, estimates: plan.rowEstimates(serverMajor: 15), title: "now", style: style)
    #expect(
      text(lines) == """
        now                        cost  rows est -> actual  off by  buffers
          Nested Loop              10.0          100 -> 64k    x640        3
          -> Seq Scan on public.a  10.0           10 -> 640     x64        3
          -> Seq Scan on public.b  10.0      never executed                3
        """)
  }

  @Test func `irrelevant partitions are counted, relevant ones are shown`() throws {
    let members = (0..<40).map { node("Seq Scan", "events_\($0)", as: "Member") }
    let plan = try plan(node("Append", nil, [], members))
    let lines = PlanTree.lines(plan, marked: [[30]], style: style)
    #expect(lines.count == 7)
    #expect(lines[5].hasPrefix("> -> Seq Scan on public.events_30"))
    #expect(lines[6] == "     … 36 more")
    #expect(PlanTree.lines(plan, conditions: .all, style: style).count == 42)
  }

  @Test func `a path to no node marks nothing`() throws {
    let lines = PlanTree.lines(try plan(node("Result")), marked: [[3, 1]], style: style)
    #expect(lines.count == 2)
    #expect(!lines.contains { $0.hasPrefix(">") })
  }

  @Test func `a deep plan fits the width`() throws {
    var root = node(
      "Seq Scan", "a_relation_with_a_name", as: "Outer", [key("Filter", String(repeating: "x", count: 300))])
    for _ in 0..<60 { root = node("Materialize", as: "Outer", [], [root]) }
    for width in [60, 80, 120] {
      let lines = PlanTree.lines(
        try plan(root), conditions: .all, indent: 2, style: TerminalStyle(isColored: false, width: width))
      #expect(lines.filter { $0.hasSuffix("        3") }.count == 61)
      #expect(lines.reduce(0) { $0 + $1.count { $0 == "x" } } == 300)
      #expect(lines.allSatisfy { $0.count <= width }, "\(width)")
    }
  }

  @Test func `the plans of real servers fit the width`() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../PlanCoreTests/Golden")
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "json" }
    #expect(files.count > 50)
    for file in files {
      guard let plan = try? Plan(explainJSON: String(decoding: try Data(contentsOf: file), as: UTF8.self)) else {
        continue
      }
      for conditions in [PlanTree.Conditions.all, .automatic, .marked] {
        let lines = PlanTree.lines(plan, marked: [[0]], conditions: conditions, indent: 2, style: style)
        for line in lines where line.count > 80 { Issue.record("\(file.lastPathComponent): \(line)") }
      }
    }
  }
}
