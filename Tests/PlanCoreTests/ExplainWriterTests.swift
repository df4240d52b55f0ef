import JSON
import PlanCore
import Testing

@Suite struct `A plan in EXPLAIN's own form` {
  @Test(arguments: GoldenCorpus.plans)
  func `is read back as it was`(answer: GoldenAnswer) throws {
    for plan in [try answer.plan.get(), try answer.plan.get().canonical] {
      let text = plan.explainJSON.text
      var back = try Plan(explainJSON: text)
      // EXPLAIN has no word for it.
      back.isRepaired = plan.isRepaired
      #expect(back.canonical == plan.canonical)
      // Writing the text again does not change it.
      #expect(back.canonical.explainJSON == plan.canonical.explainJSON)
    }
  }

  @Test func `is an array of one statement with its settings, triggers and time`() throws {
    var node = try root(
      #""Node Type": "Seq Scan", "Startup Cost": 0, "Total Cost": 2.5, "Plan Rows": 1, "Plan Width": 8"#)
    node.actual = ActualRows(rows: 0.33, loops: 3)
    node.buffers = 7
    node.temporaryBlocks = 2
    var plan = Plan(
      root: node, settings: ["work_mem": "1MB", "jit": "off"],
      triggers: [Trigger(name: "orders_fk", relation: "items", calls: 12)])
    plan.executionTime = 1.25
    #expect(
      plan.explainJSON.text == """
        [{"Plan": {"Node Type": "Seq Scan", "Startup Cost": 0, "Total Cost": 2.5, "Plan Rows": 1, "Plan Width": 8, \
        "Actual Rows": 0.33, "Actual Loops": 3, "Shared Hit Blocks": 7, "Shared Read Blocks": 0, \
        "Shared Dirtied Blocks": 0, "Shared Written Blocks": 0, "Temp Read Blocks": 0, "Temp Written Blocks": 2}, \
        "Settings": {"jit": "off", "work_mem": "1MB"}, \
        "Triggers": [{"Trigger Name": "orders_fk", "Relation": "items", "Calls": 12}], "Execution Time": 1.25}]
        """)
    let back = try Plan(explainJSON: plan.explainJSON.text)
    #expect(back.canonical == plan.canonical)
  }

  @Test func `leaves out figures of nodes that did not run`() throws {
    let node = try root(
      #""Node Type": "Result", "Startup Cost": 0, "Total Cost": 0, "Plan Rows": 1e20, "Plan Width": 0"#)
    #expect(
      Plan(root: node).explainJSON.text == """
        [{"Plan": {"Node Type": "Result", "Startup Cost": 0, "Total Cost": 0, "Plan Rows": 1e+20, "Plan Width": 0}}]
        """)
  }

  private func root(_ members: String) throws -> PlanNode { try Plan(explainJSON: "[{\"Plan\": {\(members)}}]").root }
}
