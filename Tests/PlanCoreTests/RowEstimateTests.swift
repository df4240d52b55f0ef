import JSON
import PlanCore
import Testing

/// The results of the pass for small plans, one parent node's rule at a time.
@Suite struct `Row estimates` {
  private func estimates(_ node: ExplainNode, major: ServerMajor = 15, isGeneric: Bool = false) throws -> [NodePath:
    RowEstimate]
  {
    let estimates = try node.plan().rowEstimates(serverMajor: major, isGeneric: isGeneric)
    return Dictionary(uniqueKeysWithValues: estimates.map { ($0.path, $0) })
  }

  private func rowCount(_ node: ExplainNode, at path: NodePath, isGeneric: Bool = false) throws -> RowCount? {
    try estimates(node, isGeneric: isGeneric)[path]?.rowCount
  }

  @Test func `stand for every node in EXPLAIN's order`() throws {
    let plan = try ExplainNode.join("Nested Loop", .seq("a"), .seq("b").adding(.seq("c").subPlan(1))).plan()
    #expect(plan.rowEstimates(serverMajor: 15).map(\.path) == [[], [0], [1], [1, 0]])
  }

  @Test func `do not exist for a plan that did not run`() throws {
    #expect(try ExplainNode.seq("a").notRun.plan().rowEstimates(serverMajor: 15).isEmpty)
  }

  // MARK: Figures

  @Test func `compare one loop with its exact count`() throws {
    let estimate = try #require(try estimates(.seq("a").expecting(20, got: 400))[[]])
    #expect(estimate.rowCount == .comparable)
    #expect(estimate.qError.value == 20 && estimate.qError.isUnderestimate)
    #expect(estimate.difference == 380 && estimate.executions == 1)
  }

  @Test func `count a difference over all loops`() throws {
    let inner = ExplainNode.index("b").expecting(1, got: 3, loops: 200)
    let estimate = try #require(try estimates(.join("Nested Loop", .seq("a"), inner))[[1]])
    #expect(estimate.estimated == 1 && estimate.actual == 3 && estimate.executions == 200)
    #expect(estimate.difference == 400)
  }

  @Test(
    arguments: [
      (15, 12, 1, 2, 12 / 1.5), (17, 12, 1, 2, 12 / 1.5), (17, 12, 0, 2, 12), (17, 1, 3, 2, 2.5),
      (18, 12, 1, 2, 12 / 1.005),
      (18, 1, 3, 2, 2.995), (17, 12, 1, 1, 12), (18, 12, 1, 1, 12), (17, 2, 2, 9, 1), (17, 2.5, 2, 9, 1),
    ] as [(ServerMajor, Double, Double, Double, Double)])
  func `allow for rounded averages, whole up to 17 and with decimals from 18`(
    major: ServerMajor, planRows: Double, actual: Double, loops: Double, qError: Double
  ) throws {
    let inner = ExplainNode.index("b").expecting(planRows, got: actual, loops: loops)
    let estimate = try #require(try estimates(.join("Nested Loop", .seq("a"), inner), major: major)[[1]])
    #expect(abs(estimate.qError.value - qError) < 1e-9)
  }

  @Test func `see no error in a row that is found in some loops`() throws {
    // 100 rows in 1000 loops: 15 prints 0, 18 prints 0.1.
    for (major, actual) in [(15, 0.0), (18, 0.1)] as [(ServerMajor, Double)] {
      let inner = ExplainNode.index("b").expecting(1, got: actual, loops: 1000)
      #expect(try estimates(.join("Nested Loop", .seq("a"), inner), major: major)[[1]]?.qError.value == 1)
    }
  }

  // MARK: Nodes that are not judged

  @Test(arguments: [
    "BitmapAnd", "BitmapOr", "Bitmap Index Scan", "ModifyTable", "Recursive Union", "WorkTable Scan", "Hash",
    "Materialize", "Sort", "Incremental Sort", "Gather", "Gather Merge", "Memoize", "LockRows", "Append",
    "Merge Append",
    "Limit",
  ])
  func `leave out what repeats its child or counts something else`(type: String) throws {
    let node = ExplainNode(type, [], .seq("a")).expecting(1, got: 5000)
    #expect(try estimates(node)[[]]?.rowCount == .notJudged)
    #expect(try estimates(node)[[]]?.qError.value == 1)
  }

  @Test func `leave out what never ran`() throws {
    #expect(try rowCount(.append(.seq("a").neverExecuted, .seq("b")), at: [0]) == .notJudged)
    #expect(try rowCount(.append(.seq("a").neverExecuted, .seq("b")), at: [1]) == .comparable)
  }

  @Test func `leave out a node that a one-time filter can switch off`() throws {
    let node = ExplainNode("Result", [JSONMember("One-Time Filter", "false")]).expecting(0, got: 0)
    #expect(try rowCount(node, at: []) == .notJudged)
    #expect(try rowCount(ExplainNode("Result"), at: []) == .comparable)
  }

  // MARK: Limits

  private func limit(_ rows: Double, got: Double, of planned: Double, loops: Double = 1) -> ExplainNode {
    ExplainNode("Limit", [], .seq("a").expecting(planned, got: got, loops: loops)).expecting(
      rows, got: got, loops: loops)
  }

  @Test func `treat the input of a limit as a lower bound unless the limit was not reached`() throws {
    #expect(try rowCount(limit(10, got: 10, of: 1000), at: [0]) == .lowerBound)
    #expect(try rowCount(limit(10, got: 9, of: 1000), at: [0]) == .comparable)
    #expect(try rowCount(limit(10, got: 9, of: 1000, loops: 2), at: [0]) == .lowerBound)
    #expect(try rowCount(limit(10, got: 9, of: 1000), at: [0], isGeneric: true) == .lowerBound)
  }

  @Test func `assume a tenth of the input for an unknown limit`() throws {
    #expect(try rowCount(limit(100, got: 9, of: 1000), at: [0]) == .lowerBound)
    #expect(try rowCount(limit(102, got: 9, of: 1000), at: [0]) == .comparable)
    let fromInitPlan = limit(10, got: 9, of: 1000).adding(ExplainNode.seq("b").initPlan(1))
    #expect(try rowCount(fromInitPlan, at: [0]) == .lowerBound)
  }

  @Test(arguments: ["Sort", "Hash", "ModifyTable"])
  func `trust the input of a node that reads it to the end, also below a limit`(type: String) throws {
    let node = ExplainNode("Limit", [], ExplainNode(type, [], .seq("a").expecting(9, got: 9000)))
    #expect(try rowCount(node, at: [0, 0]) == .comparable)
  }

  @Test(arguments: ["Result", "Subquery Scan", "Unique", "Group", "Incremental Sort", "Memoize", "Append", "Gather"])
  func `do not trust the input of a node that streams below a limit`(type: String) throws {
    let node = ExplainNode("Limit", [], ExplainNode(type, [], .seq("a").expecting(9, got: 9000)))
    #expect(try rowCount(node, at: [0, 0]) == .lowerBound)
  }

  @Test(arguments: [
    ("Plain", RowCount.comparable), ("Hashed", .comparable), ("Sorted", .lowerBound), ("Mixed", .lowerBound),
  ])
  func `follow the strategy of an aggregate below a limit`(strategy: String, expected: RowCount) throws {
    let aggregate = ExplainNode("Aggregate", [JSONMember("Strategy", .string(strategy))], .seq("a"))
    #expect(try rowCount(ExplainNode("Limit", [], aggregate), at: [0, 0]) == expected)
  }

  @Test func `use a lower bound only against underestimates`() throws {
    let over = try #require(try estimates(limit(10, got: 10, of: 1000))[[0]])
    #expect(over.rowCount == .lowerBound && over.qError.value == 1)
    let under = try #require(try estimates(limit(500, got: 500, of: 2))[[0]])
    #expect(under.rowCount == .lowerBound && under.qError.value == 250)
  }

  // MARK: Joins

  @Test(arguments: [
    ("Nested Loop", "Inner", RowCount.comparable, RowCount.comparable),
    ("Nested Loop", "Left", .comparable, .comparable),
    ("Nested Loop", "Semi", .comparable, .lowerBound), ("Nested Loop", "Anti", .comparable, .lowerBound),
    ("Hash Join", "Inner", .comparable, .comparable), ("Hash Join", "Anti", .comparable, .comparable),
    ("Merge Join", "Inner", .lowerBound, .notJudged), ("Merge Join", "Left", .comparable, .notJudged),
    ("Merge Join", "Full", .comparable, .notJudged), ("Merge Join", "Anti", .comparable, .lowerBound),
    ("Merge Join", "Right", .lowerBound, .notJudged), ("Merge Join", "Right Anti", .lowerBound, .notJudged),
    ("Merge Join", "Semi", .lowerBound, .lowerBound),
  ])
  func `follow how a join reads its sides`(type: String, joinType: String, outer: RowCount, inner: RowCount) throws {
    let join = ExplainNode.join(type, joinType, .seq("a"), .seq("b"))
    #expect(try rowCount(join, at: [0]) == outer)
    #expect(try rowCount(join, at: [1]) == inner)
  }

  @Test func `know that a unique inner side stops at its first match`() throws {
    let loop = ExplainNode.join("Nested Loop", .seq("a"), .seq("b")).with("Inner Unique", true)
    #expect(try rowCount(loop, at: [1]) == .lowerBound)
    let merge = ExplainNode.join("Merge Join", "Right", .seq("a"), .seq("b")).with("Inner Unique", true)
    #expect(try rowCount(merge, at: [1]) == .comparable)
    // A join filter makes the merge join go back in spite of it.
    #expect(try rowCount(merge.with("Join Filter", "(a.x > b.x)"), at: [1]) == .notJudged)
  }

  @Test func `are shielded by a Materialize or a Sort below a merge join that reads again`() throws {
    let materialize = ExplainNode("Materialize", [], .seq("b"))
    #expect(try rowCount(.join("Merge Join", .seq("a"), materialize), at: [1, 0]) == .lowerBound)
    let sort = ExplainNode("Sort", [], .seq("b"))
    #expect(try rowCount(.join("Merge Join", .seq("a"), sort), at: [1, 0]) == .comparable)
  }

  @Test(arguments: [
    ("Inner", RowCount.notJudged), ("Semi", .notJudged), ("Right", .notJudged), ("Right Semi", .notJudged),
    ("Right Anti", .notJudged), ("Left", .comparable), ("Anti", .comparable), ("Full", .comparable),
  ])
  func `do not judge the other side of an empty hash table`(joinType: String, expected: RowCount) throws {
    let hash = ExplainNode("Hash", [], .seq("b").expecting(9, got: 0)).expecting(9, got: 0)
    #expect(try rowCount(.join("Hash Join", joinType, .seq("a"), hash), at: [0]) == expected)
    #expect(try rowCount(.join("Hash Join", joinType, .seq("a"), hash), at: [1, 0]) == .comparable)
  }

  @Test func `do not trust the other side of a hash table that was built in several loops`() throws {
    func join(_ loops: Double) -> ExplainNode {
      let hash = ExplainNode("Hash", [], .seq("b").expecting(9, got: 9, loops: loops)).expecting(
        9, got: 9, loops: loops)
      return .join("Hash Join", .seq("a").expecting(9, got: 9, loops: loops), hash).expecting(9, got: 9, loops: loops)
    }
    #expect(try rowCount(join(1), at: [0]) == .comparable)
    #expect(try rowCount(join(3), at: [0]) == .lowerBound)
    // Three processes build it once each.
    #expect(try rowCount(.gather(join(3)), at: [0, 0]) == .comparable)
    #expect(try rowCount(.gather(join(3)).expecting(9, got: 9, loops: 3), at: [0, 0]) == .lowerBound)
  }

  // MARK: Subplans

  @Test func `trust a subplan only when it is hashed`() throws {
    func plan(_ filter: String) -> ExplainNode { .seq("a").filter(filter).adding(.seq("b").subPlan(1)) }
    #expect(try rowCount(plan("(NOT (hashed SubPlan 1))"), at: [0]) == .comparable)
    #expect(try rowCount(plan("(SubPlan 1)"), at: [0]) == .lowerBound)
    #expect(try rowCount(plan("(hashed SubPlan 12)"), at: [0]) == .lowerBound)
    #expect(try rowCount(plan("((hashed SubPlan 12) OR (hashed SubPlan 1))"), at: [0]) == .comparable)
    #expect(try rowCount(.seq("a").adding(.seq("b").initPlan(1)), at: [0]) == .lowerBound)
  }

  private func cteScan(_ name: String) -> ExplainNode {
    ExplainNode("CTE Scan", [JSONMember("CTE Name", .string(name))])
  }

  @Test func `trust a CTE if one of its scans read it to the end`() throws {
    let body = ExplainNode.seq("a").cte("w")
    let limited = ExplainNode("Limit", [], cteScan("w"))
    #expect(try rowCount(limited.adding(body), at: [1]) == .lowerBound)
    #expect(try rowCount(cteScan("w").adding(body), at: [0]) == .comparable)
    #expect(try rowCount(cteScan("w").neverExecuted.adding(body), at: [0]) == .lowerBound)
    #expect(try rowCount(cteScan("other").adding(body), at: [0]) == .lowerBound)
    let both = ExplainNode.join("Hash Join", cteScan("w"), ExplainNode("Limit", [], cteScan("w"))).adding(body)
    #expect(try rowCount(both, at: [2]) == .comparable)
    // Two bodies with the same name: it is unknown which scan reads which.
    let twice = both.adding(ExplainNode.seq("b").cte("w"))
    #expect(try rowCount(twice, at: [2]) == .lowerBound)
  }

  @Test func `trust a CTE that writes`() throws {
    let body = ExplainNode("ModifyTable", [], .seq("a")).cte("w")
    #expect(try rowCount(ExplainNode("Limit", [], cteScan("w")).adding(body), at: [1, 0]) == .comparable)
  }

  @Test func `follow a CTE that another one reads`() throws {
    let chain = cteScan("second").adding(ExplainNode.seq("a").cte("first"), cteScan("first").cte("second"))
    #expect(try rowCount(chain, at: [0]) == .comparable)
    #expect(try rowCount(ExplainNode("Limit", [], chain), at: [0, 0]) == .lowerBound)
  }

  // MARK: Workers

  @Test(arguments: [(1.0, 1.7), (2, 2.4), (3, 3.1), (4, 4), (8, 8)])
  func `add up the shares of all processes`(workers: Double, divisor: Double) throws {
    let scan = ExplainNode.seq("a").parallel.expecting(1000, got: 300, loops: workers + 1)
    let estimate = try #require(try estimates(.gather(planned: workers, launched: workers, scan))[[0]])
    #expect(abs(estimate.estimated - 1000 * divisor) < 1e-6)
    #expect(estimate.actual == 300 * (workers + 1) && estimate.executions == 1)
    #expect(estimate.rowCount == .comparable)
  }

  @Test func `give the same answer when no worker came`() throws {
    // Both counts are real: 902 rows by one process, or 301 by each of three.
    func estimate(_ actual: Double, loops: Double) throws -> RowEstimate {
      let scan = ExplainNode.seq("a").parallel.expecting(367, got: actual, loops: loops)
      return try #require(try estimates(.gather(scan))[[0]])
    }
    let (three, alone) = (try estimate(301, loops: 3), try estimate(902, loops: 1))
    #expect(three.estimated == alone.estimated)
    #expect(three.actual == 903 && alone.actual == 902)
    #expect(abs(three.qError.value - alone.qError.value) < 0.001)
  }

  @Test func `do not count a leader that does not take part`() throws {
    let node = ExplainNode.gather(.seq("a").parallel.expecting(100, got: 100, loops: 2))
    let plan = try node.plan(settings: [JSONMember("parallel_leader_participation", "off")])
    #expect(plan.rowEstimates(serverMajor: 15).first { $0.path == [0] }?.estimated == 200)
  }

  @Test func `compare a full copy in each process loop by loop`() throws {
    let join = ExplainNode.join(
      "Nested Loop", .seq("a").parallel.expecting(10, got: 10, loops: 3), .index("b").expecting(5, got: 5, loops: 30))
    let estimates = try estimates(.gather(join.expecting(50, got: 50, loops: 3)))
    #expect(estimates[[0, 1]]?.estimated == 5 && estimates[[0, 1]]?.executions == 30)
    // The join shares the rows of its outer side.
    #expect(estimates[[0]]?.estimated == 120 && estimates[[0]]?.actual == 150)
  }

  @Test func `divide by the executions of a Gather inside a subplan`() throws {
    let scan = ExplainNode.seq("a").parallel.expecting(100, got: 80, loops: 12)
    let gather = ExplainNode.gather(scan).expecting(240, got: 240, loops: 4)
    let estimate = try #require(try estimates(.seq("b").adding(gather.subPlan(1)))[[0, 0]])
    #expect(estimate.estimated == 240 && estimate.actual == 240 && estimate.executions == 4)
  }

  @Test func `do not judge groups that each worker forms on its own`() throws {
    func aggregate(_ mode: String, _ input: ExplainNode) -> ExplainNode {
      ExplainNode("Aggregate", [JSONMember("Strategy", "Hashed"), JSONMember("Partial Mode", .string(mode))], input)
    }
    let scan = ExplainNode.seq("a").parallel.expecting(9, got: 9, loops: 3)
    let partial = ExplainNode("Result", [], aggregate("Partial", scan).expecting(9, got: 99, loops: 3))
    let estimates = try estimates(aggregate("Finalize", .gather(partial.expecting(9, got: 99, loops: 3))))
    #expect(estimates[[0, 0]]?.rowCount == .notJudged)
    #expect(estimates[[0, 0, 0]]?.rowCount == .notJudged)
    #expect(estimates[[0, 0, 0, 0]]?.rowCount == .comparable)
    #expect(estimates[[]]?.rowCount == .comparable)
  }

  @Test func `trust no window that can stop at its run condition`() throws {
    let window = ExplainNode("WindowAgg", [], .seq("a"))
    #expect(try rowCount(window, at: [0]) == .comparable)
    #expect(try rowCount(window.with("Run Condition", "(row_number() <= 5)"), at: [0]) == .lowerBound)
  }

  @Test func `trust a set operation only when it is hashed`() throws {
    let setOp = ExplainNode("SetOp", [], .seq("a"))
    #expect(try rowCount(setOp.with("Strategy", "Hashed"), at: [0]) == .comparable)
    #expect(try rowCount(setOp.with("Strategy", "Sorted"), at: [0]) == .lowerBound)
  }

  @Test func `make no assumption about a custom scan`() throws {
    #expect(try rowCount(ExplainNode("Custom Scan", [], .seq("a")), at: [0]) == .notJudged)
  }
}
