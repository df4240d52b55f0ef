import PlanCore
import Testing

/// What a baseline of format 1 does not hold is neither said to have changed nor not to have.
@Suite struct `Beside a baseline of format 1` {
  private func observation(_ facts: CatalogFacts, _ format: BaselineFormat) throws -> Observation {
    Observation(try State(.seq("a")).captured(), facts: facts, serverMajor: 15, format: format)
  }

  private func causes(_ before: CatalogFacts, _ now: CatalogFacts, format: BaselineFormat) throws -> [String] {
    CaseComparison(
      baseline: try observation(before, format), current: try observation(now, .newest)
    ).causes.map(\.text)
  }

  private static let plain: CatalogFacts = {
    var table = table(["x": "btree (a)"])
    table.columns = [ColumnFacts(name: "a", type: "text")]
    var facts = facts(["a": table])
    facts.definitions = ["function public.f": "1"]
    return facts
  }()

  private static let rich: CatalogFacts = {
    let name = RelationName(schema: "public", name: "a")
    var facts = plain
    facts.relations[name]?.indexes[0].traits = [.unique]
    facts.relations[name]?.columns[0].isNotNull = true
    facts.relations[name]?.columns[0].attributes = [.collation: "C"]
    facts.relations[name]?.columns[0].commonValues = [CommonValue(value: "x", share: 1)]
    facts.relations[name]?.foreignKeys = [
      ForeignKeyFacts(name: "k", relation: name, references: name, definition: "FOREIGN KEY (a) REFERENCES a(a)")
    ]
    facts.objects = ["function public.f(integer)": ObjectFacts(attributes: ["body": "2"])]
    return facts
  }()

  @Test func `nothing that it lacks is a cause`() throws {
    #expect(try causes(Self.plain, Self.rich, format: .one).isEmpty)
    #expect(
      try causes(Self.plain, Self.rich, format: .two)
        == [
          "function public.f(integer) is new, or newly named by the query", "index x of public.a is now unique",
          "public.a.a: collation default -> C", "public.a.a is now NOT NULL",
          "foreign key k of public.a is new: FOREIGN KEY (a) REFERENCES a(a)",
        ].filter { !$0.hasPrefix("function") })
  }

  @Test func `a function is compared as a whole`() throws {
    var now = Self.rich
    now.definitions = ["function public.f": "2"]
    #expect(try causes(Self.plain, now, format: .one) == ["function public.f has a new definition"])
  }

  @Test func `a case without a cause is not said to be unchanged`() throws {
    var outcome = CaseOutcome(query: "q", caseName: nil, verdict: .regressed)
    for (format, words) in [
      (.one, "nothing that this older baseline records changed; record it again to compare more"),
      (.two, "nothing that a baseline records changed"),
    ] as [(BaselineFormat, String)] {
      outcome.comparison = CaseComparison(
        baseline: try observation(Self.plain, format), current: try observation(Self.plain, .newest))
      #expect(outcome.causes.count == 1)
      #expect(outcome.causes[0].text.hasPrefix(words), "\(outcome.causes)")
    }
  }
}

@Suite struct `Beside a baseline without the types of parameters` {
  private func comparison(_ before: [String]?, _ now: [String], _ node: ExplainNode = .seq("a")) throws
    -> CaseComparison
  {
    func observation(_ types: [String]?) throws -> Observation {
      var captured = try State(node).captured()
      captured.parameterTypes = types.map { types in
        types.enumerated().map { ParameterType(name: ":p\($0)", type: $1) }
      }
      return Observation(captured, facts: CatalogFacts(), serverMajor: 15)
    }
    return CaseComparison(baseline: try observation(before), current: try observation(now))
  }

  @Test func `they are neither said to have changed nor to be unchanged`() throws {
    var outcome = CaseOutcome(query: "q", caseName: nil, verdict: .regressed)
    outcome.comparison = try comparison(nil, ["integer"])
    #expect(outcome.causes == [.nothingInOlderBaseline])
    outcome.comparison = try comparison(["integer"], ["integer"])
    #expect(outcome.causes.count == 1 && outcome.causes != [.nothingInOlderBaseline])
    outcome.comparison = try comparison(["integer", "text"], ["bigint", "text"])
    #expect(outcome.causes.map(\.text) == ["the type of :p0 changed: integer -> bigint"])
  }

  @Test func `a type counts first where the failing scan uses the parameter`() throws {
    func first(_ filter: String) throws -> String? {
      let before = State(ExplainNode.seq("a").filter(filter))
      var now = before
      now.parameters = "other values"
      func observation(_ state: State, _ type: String) throws -> Observation {
        var captured = try state.captured()
        captured.parameterTypes = [ParameterType(name: ":p", type: type)]
        return Observation(captured, facts: CatalogFacts(), serverMajor: 15)
      }
      let comparison = CaseComparison(
        baseline: try observation(before, "integer"), current: try observation(now, "bigint"))
      var finding = Finding(rule: "seq-scan", severity: .fail, message: "m")
      (finding.relation, finding.path) = (RelationName(schema: "public", name: "a"), [])
      return comparison.causes(of: [finding]).first?.text
    }
    let type = "the type of :p changed: integer -> bigint"
    #expect(try first("(a.x = $1)") == type)
    #expect(try first("(a.x = '7'::bigint)") == type)
    #expect(try first("(a.x = $12)") == "the parameters' values changed")
    #expect(try first("(a.x = 7)") == "the parameters' values changed")
  }
}

@Suite struct `The facts of format 2` {
  private static func capture() throws -> QueryCapture {
    var capture = try Baselines.sample()
    let name = RelationName(schema: "public", name: "orders")
    let named = RelationName(schema: "public", name: "Länder: a.b")
    let key = ForeignKeyFacts(
      name: "orders fk", relation: name, references: named, definition: "FOREIGN KEY (a) REFERENCES x(a)", index: "i")
    capture.facts.relations[named] = table(rows: 3, pages: 1)
    capture.facts.relations[named]?.referencedBy = [key]
    capture.facts.named = [named]
    var column = ColumnFacts(name: "a \"b\"", type: "text")
    column.isNotNull = true
    column.attributes = [.collation: "C", .distinct: "-0.5"]
    column.commonValues = [CommonValue(value: "x: \"1\"", share: 0.75), CommonValue(value: nil, share: 0.25)]
    capture.facts.relations[name]?.columns = [column]
    capture.facts.relations[name]?.indexes[1].traits = [.primary, .unique]
    capture.facts.relations[name]?.invalidIndexes = [
      IndexFacts(name: "bad: one", definition: "btree (a)", traits: [.unique, .deferrable])
    ]
    capture.facts.relations[name]?.triggers = [DefinedObject(name: "index x", definition: "AFTER INSERT ON orders")]
    capture.facts.relations[name]?.foreignKeys = [key]
    capture.facts.objects = [
      "view public.\"a: b\"": ObjectFacts(attributes: ["body": "91ff", "security_barrier": "true"]),
      "function public.f(integer)": ObjectFacts(attributes: ["SET search_path": "a, \"b\""]),
    ]
    return capture
  }

  @Test func `come back from the file`() throws {
    let capture = try Self.capture()
    let back = try BaselineFile.capture(parsing: BaselineFile.text(capture))
    #expect(back.facts == capture.facts)
  }

  @Test func `are not in a file of format 1`() throws {
    var (old, plain) = (try Self.capture(), try Baselines.sample())
    let named = try #require(old.facts.named.first)
    old.facts.relations[named] = nil
    (old.format, plain.format) = (.one, .one)
    let columns = try #require(old.facts.relations[RelationName(schema: "public", name: "orders")]?.columns)
    plain.facts.relations[RelationName(schema: "public", name: "orders")]?.columns =
      columns.map { ColumnFacts(name: $0.name, type: $0.type) }
    #expect(BaselineFile.text(old) == BaselineFile.text(plain))
  }

  @Test(arguments: ["not read by a plan", "invalid", "primary unique ", "values", "trigger"])
  func `cannot be taken out of a relation that is read by a plan, or given to one, unseen`(text: String) throws {
    let file = BaselineFile.text(try Self.capture())
    #expect(file.contains(text))
    if text == "not read by a plan" {
      let damaged = file.replacing("relation public.small", with: "relation public.other")
      #expect(throws: BaselineError.self) { try BaselineFile.capture(parsing: damaged) }
      #expect(throws: BaselineError.self) {
        try BaselineFile.capture(
          parsing: file.replacing("    " + text + "\n", with: "").replacing("  " + text + "\n", with: ""))
      }
    }
  }
}
