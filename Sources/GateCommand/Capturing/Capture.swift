import OperatingSystem
import PlanCore

/// A fresh capture: what a seeded database says of some queries.
struct Capture {
  /// A query with an answer for each of its cases.
  struct Item {
    let query: Query
    let cases: [(item: QueryCase, answer: TimedAnswer)]
  }

  let serverVersionText: String
  let serverMajor: Int
  private let catalog: SeededDatabase.Catalog
  let notes: [String]
  private(set) var items: [Item]

  /// Runs the cases of some queries.
  ///
  /// - Parameter secondRun: what is recorded is always warm.
  init(
    of queries: [Query], in database: SeededDatabase, secondRun: @escaping SecondRun,
    where isWanted: (QueryCase) -> Bool = { _ in true }
  ) throws(Diagnostic) {
    let work = queries.flatMap { query in query.cases.filter(isWanted).map { (query: query, item: $0) } }
    var answers = database.answers(work, secondRun: secondRun)[...]
    items = queries.map { query in
      let cases = query.cases.filter(isWanted)
      defer { answers = answers.dropFirst(cases.count) }
      return Item(query: query, cases: zip(cases, answers).map { ($0, $1) })
    }
    serverVersionText = database.server.versionText
    serverMajor = database.server.major
    catalog = try database.catalog
    notes = database.notes
  }

  /// Runs those of some cases that are not settled once more, warm, and takes those answers.
  ///
  /// - Parameter names: full names of cases.
  /// - Returns: whether there were any.
  mutating func settle(_ names: Set<String>, in database: SeededDatabase) -> Bool {
    func isOpen(_ item: QueryCase, _ answer: TimedAnswer, of query: Query) -> Bool {
      !answer.isSettled && names.contains(query.name(of: item))
    }
    let work = items.flatMap { item in
      item.cases.filter { isOpen($0, $1, of: item.query) }.map { (query: item.query, item: $0.item) }
    }
    if work.isEmpty { return false }
    var answers = database.answers(work) { _, _ in true }[...]
    items = items.map { item in
      Item(
        query: item.query,
        cases: item.cases.map { old in
          guard isOpen(old.item, old.answer, of: item.query), let answer = answers.popFirst() else { return old }
          return (old.item, answer)
        })
    }
    return true
  }

  /// The facts that the plans of a query rest on, those of all relations included.
  func facts(of query: Query) -> CatalogFacts {
    var facts = catalog.facts
    facts.definitions = catalog.definitions.definitions(namedIn: query.statement.text)
    return facts
  }

  func captured(_ item: QueryCase, of query: Query, plans: CasePlans) -> CapturedCase {
    CapturedCase(
      name: item.name, isGeneric: item.isGeneric, sqlFingerprint: fingerprint(query.statement.text),
      parametersFingerprint: item.parameters.fingerprint, plan: plans.plan,
      planWithoutSeqScans: plans.withoutSeqScans)
  }

  /// What can be committed of a query, and the reasons, by case, why something cannot.
  func queryCapture(of item: Item) -> (capture: QueryCapture, problems: [String]) {
    var problems: [String] = []
    var cases: [CapturedCase] = []
    for (queryCase, timed) in item.cases {
      let name = item.query.name(of: queryCase)
      switch timed.answer {
      case .plans(let plans):
        var captured = captured(queryCase, of: item.query, plans: plans)
        if !item.query.policy.requiresIndexable { captured.planWithoutSeqScans = nil }
        cases.append(captured)
      case .timedOut(_, let message): problems.append("\(name): \(message)")
      case .writes: problems.append("\(name): it writes, and had no database of its own")
      case .unchecked(let reason): problems.append("\(name): \(reason)")
      }
    }
    let facts = facts(of: item.query)
    // The relations that the plans read and their roots, no others.
    let scans = cases.flatMap { $0.plan.scans(facts: facts) }
    var relations = scans.flatMap { [$0.relation, $0.identity.root ?? $0.relation] }
    // A partition that is only written to is no scan, and stands in the shape as its root.
    for item in cases {
      item.plan.root.forEachNode { node, _ in
        if let target = node.relation, let root = facts.root(of: target) { relations += [target, root] }
      }
    }
    return (
      QueryCapture(
        query: item.query.name, serverMajor: serverMajor, facts: facts.restricted(to: relations), cases: cases),
      problems
    )
  }
}
